/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The binary search of an array that is sorted by a uint64_t in each item.
 */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Index of the first item whose key is at least `least`; count when there is none. items may be
 * NULL when count is 0. The key lies key_offset bytes into each item of item_bytes.
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

/* The same for the first item whose key is greater than `limit`: of half-open ranges by their end,
 * the first that lies behind an address or holds it. */
static inline size_t sorted_above(const void *items, size_t count, size_t item_bytes,
				  size_t key_offset, uint64_t limit)
{
	return limit == UINT64_MAX
		       ? count
		       : sorted_at_least(items, count, item_bytes, key_offset, limit + 1);
}

#endif
