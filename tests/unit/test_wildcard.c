/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Wildcards, against their definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wildcard.h"

/* By recursion, as the definition reads. */
static bool matches_slowly(const char *pattern, const char *text)
{
	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return matches_slowly(pattern + 1, text) ||
		       (*text && matches_slowly(pattern, text + 1));
	return *text && (*pattern == '?' || *pattern == *text) &&
	       matches_slowly(pattern + 1, text + 1);
}

static uint64_t draw(uint64_t *random, uint64_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}

static void test_wildcards(void **state)
{
	uint64_t random = 4711;
	char pattern[8], text[10];
	int i, matched = 0;
	size_t j, length;

	(void)state;
	for (i = 0; i < 200000; i++) {
		length = draw(&random, sizeof(pattern));
		for (j = 0; j < length; j++)
			pattern[j] = "ab*?["[draw(&random, 5)];
		pattern[length] = '\0';
		length = draw(&random, sizeof(text));
		for (j = 0; j < length; j++)
			text[j] = "ab["[draw(&random, 3)];
		text[length] = '\0';
		if (wildcard_match(pattern, text) != matches_slowly(pattern, text))
			fail_msg("'%s' on '%s'", pattern, text);
		matched += wildcard_match(pattern, text);
	}
	assert_true(matched > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_wildcards) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
