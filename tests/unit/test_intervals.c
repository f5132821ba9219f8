/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Intervals with values against a plain array of one value an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/intervals.h"
#include "base/sorted.h"

#define SPACE 509u
#define NONE 0xff
#define VALUES 3u

static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % limit;
}

static void expect_same(const struct intervals *map, const unsigned char plain[SPACE])
{
	unsigned char got[SPACE];
	size_t i;

	memset(got, NONE, sizeof(got));
	for (i = 0; i < map->count; i++) {
		const struct interval *item = &map->items[i];

		assert_true(item->start < item->end);
		/* In order; neighbours that touch differ. */
		if (i)
			assert_true(item[-1].end < item->start ||
				    (item[-1].end == item->start && item[-1].value != item->value));
		memset(got + item->start, (int)item->value, item->end - item->start);
	}
	assert_memory_equal(got, plain, SPACE);
}

static void expect_found(const struct intervals *map, const unsigned char plain[SPACE],
			 uint64_t start, uint64_t end)
{
	const struct interval *item = intervals__at(map, start);
	uint64_t bytes = 0, i;
	size_t first = 0;

	for (i = start; i < end; i++)
		bytes += plain[i] != NONE;
	assert_int_equal(intervals__bytes(map, start, end), bytes);
	assert_int_equal(item ? item->value : NONE, plain[start]);
	while (first < map->count && map->items[first].end <= start)
		first++;
	assert_int_equal(intervals__first(map, start), first);
}

static void change_both(struct intervals *map, unsigned char plain[SPACE], uint64_t *random)
{
	uint64_t start = random_below(random, SPACE - 1);
	uint64_t end = start + 1 + random_below(random, SPACE - 1 - start);
	uint64_t to = random_below(random, SPACE - (end - start));
	uint64_t value = random_below(random, VALUES);
	unsigned char moved[SPACE];

	switch (random_below(random, 3)) {
	case 0:
		assert_int_equal(intervals__set(map, start, end, value), 0);
		memset(plain + start, (int)value, end - start);
		break;
	case 1:
		assert_int_equal(intervals__cut(map, start, end), 0);
		memset(plain + start, NONE, end - start);
		break;
	default:
		/* The two may overlap. */
		assert_int_equal(intervals__move(map, start, end, to), 0);
		memcpy(moved, plain + start, end - start);
		memset(plain + start, NONE, end - start);
		memcpy(plain + to, moved, end - start);
	}
	expect_same(map, plain);
	expect_found(map, plain, start, end);
}

static void random_operations(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 61; seed++) {
		struct intervals map = { 0 }, copy;
		unsigned char plain[SPACE];
		uint64_t random = seed * 0x9e3779b97f4a7c15ull;
		int i;

		memset(plain, NONE, sizeof(plain));
		for (i = 0; i < 307; i++)
			change_both(&map, plain, &random);
		assert_int_equal(intervals__copy(&map, &copy), 0);
		intervals__deinit(&map);
		expect_same(&copy, plain);
		intervals__deinit(&copy);
	}
}

static void appended_in_any_order(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 61; seed++) {
		struct intervals map = { 0 };
		unsigned char plain[SPACE];
		uint64_t random = seed * 0x9e3779b97f4a7c15ull;
		int i;

		memset(plain, NONE, sizeof(plain));
		for (i = 0; i < 31; i++) {
			uint64_t start = random_below(&random, SPACE - 13);
			uint64_t end = start + random_below(&random, 13);

			assert_int_equal(intervals__append(&map, start, end, 1), 0);
			memset(plain + start, 1, end - start);
		}
		intervals__settle(&map);
		expect_same(&map, plain);
		intervals__deinit(&map);
	}
}

static void nothing_is_no_memory(void **state)
{
	struct intervals map = { 0 }, copy = { 0 };

	(void)state;
	assert_int_equal(intervals__set(&map, 7, 7, 1), 0);
	assert_int_equal(intervals__cut(&map, 9, 7), 0);
	assert_int_equal(intervals__move(&map, 9, 9, 1), 0);
	assert_int_equal(intervals__copy(&map, &copy), 0);
	intervals__settle(&map);
	assert_null(map.items);
	assert_null(copy.items);
	assert_null(intervals__at(&map, 0));
	assert_int_equal(intervals__first(&map, UINT64_MAX), 0);
}

static void the_ends_of_the_address_space(void **state)
{
	struct intervals map = { 0 };

	(void)state;
	assert_int_equal(intervals__set(&map, 0, 1, 1), 0);
	assert_int_equal(intervals__set(&map, UINT64_MAX - 1, UINT64_MAX, 1), 0);
	assert_int_equal(map.count, 2);
	assert_int_equal(intervals__at(&map, 0)->end, 1);
	assert_int_equal(intervals__at(&map, UINT64_MAX - 1)->end, UINT64_MAX);
	assert_null(intervals__at(&map, UINT64_MAX));
	assert_int_equal(intervals__first(&map, UINT64_MAX), 2);
	intervals__deinit(&map);
}

static void search_by_any_key(void **state)
{
	const struct {
		uint32_t other;
		uint64_t key;
	} items[] = { { 9, 2 }, { 8, 3 }, { 7, 3 }, { 6, 5 }, { 5, UINT64_MAX } };
	const size_t bytes = sizeof(items[0]),
		     offset = (size_t)((char *)&items[0].key - (char *)items);

	(void)state;
	assert_int_equal(sorted_at_least(items, 5, bytes, offset, 0), 0);
	assert_int_equal(sorted_at_least(items, 5, bytes, offset, 3), 1);
	assert_int_equal(sorted_at_least(items, 5, bytes, offset, 4), 3);
	assert_int_equal(sorted_at_least(items, 5, bytes, offset, UINT64_MAX), 4);
	assert_int_equal(sorted_above(items, 5, bytes, offset, 3), 3);
	assert_int_equal(sorted_above(items, 5, bytes, offset, UINT64_MAX), 5);
	assert_int_equal(sorted_at_least(NULL, 0, bytes, offset, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(appended_in_any_order),
		cmocka_unit_test(nothing_is_no_memory),
		cmocka_unit_test(the_ends_of_the_address_space),
		cmocka_unit_test(search_by_any_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
