/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers of arrays that come and go: the same for the same, never twice, in bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/array_ids.h"

#define ARRAYS 1000u
#define FIRST 4u

static struct array_desc arrays[ARRAYS];

/* As many arrays, their objects from an address on. */
static uint32_t look_at_arrays(struct array_ids *ids, uint64_t object, size_t count)
{
	struct array_list list = { arrays, count, count };
	size_t i;

	for (i = 0; i < count; i++)
		arrays[i] = (struct array_desc){ .object = object + i * 16, .start = object };
	assert_int_equal(array_ids__give(ids, FIRST, &list), 0);
	return arrays[0].id;
}

static void they_stay(void **state)
{
	struct array_ids ids = { 0 };

	(void)state;
	assert_int_equal(look_at_arrays(&ids, 1 << 20, ARRAYS), FIRST);
	assert_int_equal(arrays[ARRAYS - 1].id, FIRST + ARRAYS - 1);
	assert_int_equal(look_at_arrays(&ids, 1 << 30, 1), FIRST + ARRAYS);
	/* Missed by one look, or by some. */
	assert_int_equal(look_at_arrays(&ids, 1 << 20, ARRAYS), FIRST);
	look_at_arrays(&ids, 1 << 20, 0);
	look_at_arrays(&ids, 1 << 20, 0);
	assert_int_equal(look_at_arrays(&ids, 1 << 30, 1), FIRST + ARRAYS);
	assert_int_equal(ids.forgotten, 0);
	array_ids__deinit(&ids);
}

static void they_are_forgotten(void **state)
{
	struct array_ids ids = { 0 };
	uint32_t kept, i;
	uint64_t before;

	(void)state;
	kept = look_at_arrays(&ids, 1 << 30, 1);
	for (i = 1; i <= 100; i++) {
		look_at_arrays(&ids, (uint64_t)i << 32, ARRAYS);
		assert_int_equal(arrays[0].id, FIRST + 1 + (i - 1) * ARRAYS);
		assert_true(ids.count <= ARRAYS + 2 * ARRAY_IDS_ABSENT_MAX);
		assert_true(ids.capacity <= 4 * (ARRAYS + 2 * ARRAY_IDS_ABSENT_MAX));
	}
	/* Each is known, or counted. */
	assert_int_equal(ids.forgotten + ids.count, 1 + 100 * ARRAYS);
	/* The latest are known, the first is another. */
	assert_int_equal(look_at_arrays(&ids, (uint64_t)98 << 32, ARRAYS), FIRST + 1 + 97 * ARRAYS);
	before = ids.last;
	assert_int_not_equal(look_at_arrays(&ids, 1 << 30, 1), kept);
	assert_int_equal(ids.last, before + 1);
	array_ids__deinit(&ids);
}

static void given_ones_keep_theirs(void **state)
{
	struct array_desc mine = { .id = 2, .start = 4096 };
	struct array_list list = { &mine, 1, 1 };
	struct array_ids ids = { 0 };

	(void)state;
	assert_int_equal(array_ids__give(&ids, FIRST, &list), 0);
	assert_int_equal(mine.id, 2);
	assert_int_equal(ids.count, 0);
	array_ids__deinit(&ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(they_stay),
					    cmocka_unit_test(they_are_forgotten),
					    cmocka_unit_test(given_ones_keep_theirs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
