/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sets of ranges against a plain array of flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/range_set.h"

#define SPACE 509u

static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % limit;
}

static void expect_same(const struct range_set *set, const char flags[SPACE])
{
	char got[SPACE] = { 0 };
	size_t i;

	for (i = 0; i < set->count; i++) {
		assert_true(set->ranges[i].start < set->ranges[i].end);
		/* In order, and never touching: neighbours are one range. */
		if (i)
			assert_true(set->ranges[i - 1].end < set->ranges[i].start);
		memset(got + set->ranges[i].start, 1, set->ranges[i].end - set->ranges[i].start);
	}
	assert_memory_equal(got, flags, SPACE);
}

static uint64_t flags_in(const char flags[SPACE], uint64_t start, uint64_t end)
{
	uint64_t count = 0;

	for (; start < end; start++)
		count += flags[start];
	return count;
}

static void move_flags(char flags[SPACE], uint64_t start, uint64_t end, uint64_t to)
{
	char moved[SPACE];

	memcpy(moved, flags + start, end - start);
	memset(flags + start, 0, end - start);
	memcpy(flags + to, moved, end - start);
}

static void random_operations(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		struct range_set set = { 0 };
		char flags[SPACE] = { 0 };
		uint64_t random = seed * 0x9e3779b97f4a7c15ull;
		int i;

		for (i = 0; i < 300; i++) {
			uint64_t start = random_below(&random, SPACE - 1);
			uint64_t end = start + 1 + random_below(&random, SPACE - 1 - start);
			uint64_t to = random_below(&random, SPACE - (end - start));

			switch (random_below(&random, 3)) {
			case 0:
				assert_int_equal(range_set__add(&set, start, end), 0);
				memset(flags + start, 1, end - start);
				break;
			case 1:
				assert_int_equal(range_set__subtract(&set, start, end), 0);
				memset(flags + start, 0, end - start);
				break;
			default:
				if (to < end && start < to + (end - start))
					break;
				assert_int_equal(range_set__move(&set, start, end, to), 0);
				move_flags(flags, start, end, to);
			}
			expect_same(&set, flags);
			assert_int_equal(range_set__bytes(&set, start, end),
					 flags_in(flags, start, end));
		}
		range_set__deinit(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
