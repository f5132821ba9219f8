/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Growing and sorting plain arrays. */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define FIRST_CAPACITY 16

int array_reserve(void **data, size_t *capacity, size_t wanted, size_t element_bytes)
{
	size_t grown = *capacity ? *capacity : FIRST_CAPACITY;
	size_t bytes;
	void *moved;

	if (wanted <= *capacity)
		return 0;
	while (grown < wanted) {
		if (grown > SIZE_MAX / 2) {
			grown = wanted;
			break;
		}
		grown *= 2;
	}
	if (__builtin_mul_overflow(grown, element_bytes, &bytes))
		return -ENOMEM;
	moved = realloc(*data, bytes);
	if (!moved)
		return -ENOMEM;
	*data = moved;
	*capacity = grown;
	return 0;
}

void array_sort(void *data, size_t count, size_t element_bytes,
		int (*compare)(const void *left, const void *right))
{
	if (count > 1)
		qsort(data, count, element_bytes, compare);
}

void *array_find(const void *key, const void *data, size_t count, size_t element_bytes,
		 int (*compare)(const void *left, const void *right))
{
	return count ? bsearch(key, data, count, element_bytes, compare) : NULL;
}
