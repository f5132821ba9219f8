/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Growing and sorting plain arrays: the only place that doubles capacities and checks for overflow.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Makes room for `wanted` elements of element_bytes each in *data (NULL at first; the caller frees
 * it). Returns 0, or -ENOMEM with *data unchanged.
 */
int array_reserve(void **data, size_t *capacity, size_t wanted, size_t element_bytes);

/*
 * qsort and bsearch for arrays that may be empty: an empty array is NULL, which those two do not
 * accept.
 */
void array_sort(void *data, size_t count, size_t element_bytes,
		int (*compare)(const void *left, const void *right));
void *array_find(const void *key, const void *data, size_t count, size_t element_bytes,
		 int (*compare)(const void *left, const void *right));

#endif
