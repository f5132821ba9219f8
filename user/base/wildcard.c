/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/wildcard.h"

#include <stddef.h>

/* Only the last star ever has to backtrack: an earlier one already matched the shortest text. */
bool wildcard_match(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
