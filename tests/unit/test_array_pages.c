/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages of strided arrays against a walk over every byte of every element. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/index/array_pages.h"

#define PAGE 4096u
#define PAGES 4096u
#define MIDDLE ((uint64_t)PAGES / 2 * PAGE)

static uint64_t below(uint64_t *random, uint64_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}

struct random_array {
	struct array_desc desc;
	struct array_shape shape;
	int64_t dims[8];
	uint64_t item;
};

/* Up to four dimensions that stay within half of the space on either side. */
static void draw(struct random_array *array, uint64_t *random)
{
	uint64_t left = MIDDLE / 2, low = 0, high;
	uint32_t i;

	memset(array, 0, sizeof(*array));
	array->item = 1 + below(random, below(random, 4) ? 16 : 3 * PAGE);
	array->shape.ndim = (uint32_t)below(random, 5);
	array->shape.dims = array->dims;
	high = array->item;
	for (i = 0; i < array->shape.ndim; i++) {
		uint64_t length = 1 + below(random, 9), reach = 0;
		uint64_t stride = below(random, below(random, 2) ? 64 : 5 * PAGE);

		if ((length - 1) * stride < left)
			reach = (length - 1) * stride;
		else
			length = 1;
		left -= reach;
		array->dims[i] = (int64_t)length;
		array->dims[array->shape.ndim + i] = (int64_t)stride;
		if (below(random, 3) == 0) {
			array->dims[array->shape.ndim + i] = -(int64_t)stride;
			low += reach;
		} else {
			high += reach;
		}
	}
	array->shape.data = MIDDLE + below(random, PAGE);
	array->desc.shape = &array->shape;
	array->desc.start = array->shape.data - low;
	array->desc.end = array->shape.data + high;
}

static void mark(const struct random_array *array, char pages[PAGES])
{
	uint32_t ndim = array->shape.ndim, i;
	int64_t index[4] = { 0 };

	memset(pages, 0, PAGES);
	for (;;) {
		uint64_t at = array->shape.data, page;

		for (i = 0; i < ndim; i++)
			at += (uint64_t)(index[i] * array->dims[ndim + i]);
		for (page = at / PAGE; page <= (at + array->item - 1) / PAGE; page++)
			pages[page] = 1;
		for (i = 0; i < ndim && ++index[i] == array->dims[i]; i++)
			index[i] = 0;
		if (i == ndim)
			return;
	}
}

static void random_strides(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15ull;
	char expected[PAGES], got[PAGES];
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct intervals set = { 0 };
		struct random_array array;
		size_t i;

		draw(&array, &random);
		mark(&array, expected);
		assert_int_equal(array_pages(&array.desc, PAGE, &set), 0);
		memset(got, 0, sizeof(got));
		for (i = 0; i < set.count; i++)
			memset(got + set.items[i].start / PAGE, 1,
			       (set.items[i].end - set.items[i].start) / PAGE);
		assert_memory_equal(got, expected, PAGES);
		intervals__deinit(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_strides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
