/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sorting by a number, against the C library's sort. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sort_keys.h"

#define ITEMS_MAX 3000u

struct item {
	uint64_t key;
	uint32_t order; /* in which it came */
	uint32_t rest[5];
};

static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static int compare(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void check(struct item *items, size_t count)
{
	static struct item expected[ITEMS_MAX];
	uint32_t i;

	for (i = 0; i < count; i++) {
		items[i].order = i;
		memset(items[i].rest, (int)i, sizeof(items[i].rest));
	}
	memcpy(expected, items, count * sizeof(*items));
	qsort(expected, count, sizeof(*items), compare);
	assert_int_equal(sort_by_key(items, count, sizeof(*items)), 0);
	assert_memory_equal(items, expected, count * sizeof(*items));
}

/* mask: the bits that vary. Few of them make many equal keys. */
static void check_masked(uint64_t *random, size_t count, uint64_t mask)
{
	static struct item items[ITEMS_MAX];
	uint64_t base = draw(random);
	size_t i;

	memset(items, 0, sizeof(items));
	for (i = 0; i < count; i++)
		items[i].key = (draw(random) & mask) | (base & ~mask);
	check(items, count);
}

static void keys_of_all_kinds(void **state)
{
	const uint64_t masks[] = { UINT64_MAX,
				   0,
				   1,
				   UINT64_C(1) << 63,
				   UINT64_C(0xffff) << 21,
				   UINT64_C(0x8000000000000001) };
	const size_t counts[] = { 1, 2, 3, 255, 256, 257, ITEMS_MAX };
	uint64_t random = 88172645463325252u;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		for (j = 0; j < sizeof(counts) / sizeof(counts[0]); j++)
			check_masked(&random, counts[j], masks[i]);
	}
}

static void in_order_already_and_backwards(void **state)
{
	static struct item items[ITEMS_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ITEMS_MAX; i++)
		items[i].key = i << 21;
	check(items, ITEMS_MAX);
	for (i = 0; i < ITEMS_MAX; i++)
		items[i].key = (ITEMS_MAX - i) << 21;
	check(items, ITEMS_MAX);
}

static void nothing(void **state)
{
	(void)state;
	assert_int_equal(sort_by_key(NULL, 0, sizeof(struct item)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_all_kinds),
		cmocka_unit_test(in_order_already_and_backwards),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
