/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A radix sort of the keys, then each item moves once. */
#include "base/sort_keys.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 8u
#define DIGITS (1u << DIGIT_BITS)

struct sort_key {
	uint64_t key;
	size_t from; /* place of its item */
};

static uint64_t key_of(const char *items, size_t i, size_t item_bytes)
{
	uint64_t key;

	memcpy(&key, items + i * item_bytes, sizeof(key));
	return key;
}

/* Returns whether they are in order. *varying: the bits in which not all keys are equal. */
static bool read_keys(const char *items, size_t count, size_t item_bytes, struct sort_key *keys,
		      uint64_t *varying)
{
	bool ordered = true;
	size_t i;

	*varying = 0;
	for (i = 0; i < count; i++) {
		keys[i] = (struct sort_key){ key_of(items, i, item_bytes), i };
		*varying |= keys[i].key ^ keys[0].key;
		ordered &= !i || keys[i - 1].key <= keys[i].key;
	}
	return ordered;
}

static void sort_digit(const struct sort_key *from, size_t count, unsigned int shift,
		       struct sort_key *to)
{
	size_t ends[DIGITS] = { 0 }, sum = 0, i;

	for (i = 0; i < count; i++)
		ends[from[i].key >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		size_t those = ends[i];

		ends[i] = sum;
		sum += those;
	}
	for (i = 0; i < count; i++)
		to[ends[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

/* Both have room for all keys. Returns the one with the sorted keys. */
static struct sort_key *sort_keys(struct sort_key *keys, struct sort_key *other, size_t count,
				  uint64_t varying)
{
	unsigned int shift;

	for (shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct sort_key *sorted = other;

		if (!(varying >> shift & (DIGITS - 1)))
			continue;
		sort_digit(keys, count, shift, sorted);
		other = keys;
		keys = sorted;
	}
	return keys;
}

/* Around each cycle of places; one item waits in `spare` meanwhile. */
static void move_items(char *items, size_t count, size_t item_bytes, struct sort_key *keys,
		       char *spare)
{
	size_t i;

	for (i = 0; i < count; i++) {
		size_t at = i, from = keys[i].from;

		if (from == i)
			continue;
		memcpy(spare, items + i * item_bytes, item_bytes);
		for (; from != i; at = from, from = keys[at].from) {
			memcpy(items + at * item_bytes, items + from * item_bytes, item_bytes);
			keys[at].from = at;
		}
		memcpy(items + at * item_bytes, spare, item_bytes);
		keys[at].from = at;
	}
}

int sort_by_key(void *items, size_t count, size_t item_bytes)
{
	struct sort_key *keys = malloc((2 * count + 1) * sizeof(*keys));
	char *spare = malloc(item_bytes);
	int err = keys && spare ? 0 : -ENOMEM;
	uint64_t varying;

	if (!err && !read_keys(items, count, item_bytes, keys, &varying))
		move_items(items, count, item_bytes, sort_keys(keys, keys + count, count, varying),
			   spare);
	free(spare);
	free(keys);
	return err;
}
