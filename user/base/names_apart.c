/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/names_apart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct name_at {
	const char *name;
	size_t index;
};

static int compare_names(const void *left, const void *right)
{
	const struct name_at *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static size_t common_bytes(const char *a, const char *b)
{
	size_t bytes = 0;

	while (a[bytes] && a[bytes] == b[bytes])
		bytes++;
	return bytes;
}

/* Of equal names at once. */
static void tell_apart(const struct name_at *sorted, size_t count, size_t *differs)
{
	size_t first, end, i, bytes;

	for (first = 0; first < count; first = end) {
		for (end = first + 1; end < count; end++) {
			if (strcmp(sorted[end].name, sorted[first].name))
				break;
		}
		bytes = first ? common_bytes(sorted[first].name, sorted[first - 1].name) : 0;
		if (end < count && common_bytes(sorted[first].name, sorted[end].name) > bytes)
			bytes = common_bytes(sorted[first].name, sorted[end].name);
		for (i = first; i < end; i++)
			differs[sorted[i].index] = bytes;
	}
}

int names_apart(const char *const *names, size_t count, size_t *differs)
{
	struct name_at *sorted = calloc(count + 1, sizeof(*sorted));
	size_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		sorted[i] = (struct name_at){ names[i], i };
	array_sort(sorted, count, sizeof(*sorted), compare_names);
	tell_apart(sorted, count, differs);
	free(sorted);
	return 0;
}
