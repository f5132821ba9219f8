/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Binary search in arrays that are sorted by a uint64_t in each item. */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Index of the first item whose key is at least `least`; count if there is none. items may be NULL
 * if count is 0. The key is key_offset bytes into each item of item_bytes.
 */
static inline size_t sorted_at_least(const void *items, size_t count, size_t item_bytes,
				     size_t key_offset, uint64_t least)
{
	const char *keys = items;
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t key;

		memcpy(&key, keys + middle * item_bytes + key_offset, sizeof(key));
		if (key < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The same for the first item whose key is greater than `limit`: in half-open ranges sorted by end,
 * the first that holds an address or lies above it.
 */
static inline size_t sorted_above(const void *items, size_t count, size_t item_bytes,
				  size_t key_offset, uint64_t limit)
{
	return limit == UINT64_MAX
		       ? count
		       : sorted_at_least(items, count, item_bytes, key_offset, limit + 1);
}

/* Cuts the half-open range that ends above `from` to [from, to). False: it starts at or above to. */
static inline bool sorted_clip(uint64_t *start, uint64_t *end, uint64_t from, uint64_t to)
{
	if (*start >= to)
		return false;
	if (*start < from)
		*start = from;
	if (*end > to)
		*end = to;
	return true;
}

#endif
