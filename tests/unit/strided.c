/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Random strided arrays, one element at a time. */
#include "strided.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MIDDLE ((uint64_t)STRIDED_PAGES / 2 * STRIDED_PAGE)

uint64_t strided_random(uint64_t *random, uint64_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}

static void draw_views(struct strided *array, uint64_t *random)
{
	uint32_t ndim = array->shape.ndim, i;
	uint64_t bytes = array->item;

	for (i = ndim; i-- > 0;) {
		uint64_t room = MIDDLE / 2 / bytes, length, step = 1;

		length = 1 + strided_random(random, room < 2 ? 1 : room < 160 ? room : 160);
		array->dims[ndim + i] = (int64_t)bytes;
		bytes *= length;
		if (strided_random(random, 3) == 0)
			step = 1 + strided_random(random, 4);
		length = (length + step - 1) / step;
		if (strided_random(random, 3) == 0)
			length = 1 + strided_random(random, length);
		array->dims[i] = (int64_t)length;
		array->dims[ndim + i] *= (int64_t)step;
		if (strided_random(random, 4) == 0)
			array->dims[ndim + i] *= -1;
		if (strided_random(random, 12) == 0)
			array->dims[ndim + i] = 0;
	}
	for (i = 0; i + 1 < ndim; i++) {
		int64_t length = array->dims[i], stride = array->dims[ndim + i];

		if (strided_random(random, 3))
			continue;
		array->dims[i] = array->dims[i + 1];
		array->dims[i + 1] = length;
		array->dims[ndim + i] = array->dims[ndim + i + 1];
		array->dims[ndim + i + 1] = stride;
	}
}

static void draw_strides(struct strided *array, uint64_t *random)
{
	uint64_t left = MIDDLE / 2;
	uint32_t ndim = array->shape.ndim, i;

	for (i = 0; i < ndim; i++) {
		uint64_t length = 1 + strided_random(random, 19);
		uint64_t stride =
			strided_random(random, strided_random(random, 2) ? 24 : 40 * STRIDED_PAGE);

		if ((length - 1) * stride >= left)
			length = 1;
		left -= (length - 1) * stride;
		array->dims[i] = (int64_t)length;
		array->dims[ndim + i] = strided_random(random, 3) ? (int64_t)stride
								  : -(int64_t)stride;
	}
}

void strided_draw(struct strided *array, uint64_t *random, uint32_t ndim)
{
	static const uint64_t items[] = { 1, 2, 4, 8, 8, 8, 12, 16, 100, 200 };
	uint64_t low = 0, high;
	uint32_t i;

	memset(array, 0, sizeof(*array));
	array->item = items[strided_random(random, sizeof(items) / sizeof(items[0]))];
	array->shape.ndim = ndim == UINT32_MAX ? (uint32_t)strided_random(random, STRIDED_DIMS + 1)
					       : ndim;
	array->shape.dims = array->dims;
	if (strided_random(random, 4))
		draw_views(array, random);
	else
		draw_strides(array, random);
	high = array->item;
	array->elements = 1;
	for (i = 0; i < array->shape.ndim; i++) {
		int64_t reach = (array->dims[i] - 1) * array->dims[array->shape.ndim + i];

		if (reach < 0)
			low += (uint64_t)-reach;
		else
			high += (uint64_t)reach;
		array->elements *= (uint64_t)array->dims[i];
	}
	array->shape.data = MIDDLE + strided_random(random, STRIDED_PAGE);
	array->desc.shape = &array->shape;
	array->desc.name = (char *)"x";
	array->desc.start = array->shape.data - low;
	array->desc.end = array->shape.data + high;
	assert_true(low < MIDDLE && array->desc.end < 2 * MIDDLE);
}

void strided_draw_pages(bool pages[STRIDED_PAGES], uint64_t *random)
{
	uint64_t kind = strided_random(random, 4), chance = 1 + strided_random(random, 9), width,
		 period, i;

	period = 2 + strided_random(random, 40);
	width = 1 + strided_random(random, period - 1);
	for (i = 0; i < STRIDED_PAGES; i++) {
		if (kind == 0)
			pages[i] = strided_random(random, 10) < chance;
		else if (kind == 1)
			pages[i] = i && strided_random(random, 20) ? pages[i - 1]
								   : strided_random(random, 2);
		else if (kind == 2)
			pages[i] = i % period < width;
		else
			pages[i] = chance > 1;
	}
}

struct intervals strided_ranges(const bool pages[STRIDED_PAGES])
{
	struct intervals set = { 0 };
	uint64_t i;

	for (i = 0; i < STRIDED_PAGES; i++) {
		if (pages[i])
			assert_int_equal(
				intervals__set(&set, i * STRIDED_PAGE, (i + 1) * STRIDED_PAGE, 0),
				0);
	}
	return set;
}

bool strided_next(const struct strided *array, int64_t index[STRIDED_DIMS])
{
	uint32_t i;

	for (i = array->shape.ndim; i-- > 0;) {
		if (++index[i] < array->dims[i])
			return true;
		index[i] = 0;
	}
	return false;
}

uint64_t strided_at(const struct strided *array, const int64_t index[STRIDED_DIMS])
{
	uint64_t at = array->shape.data;
	uint32_t i;

	for (i = 0; i < array->shape.ndim; i++)
		at += (uint64_t)(index[i] * array->dims[array->shape.ndim + i]);
	return at;
}

bool strided_in(const struct strided *array, const int64_t index[STRIDED_DIMS],
		const bool pages[STRIDED_PAGES])
{
	uint64_t at = strided_at(array, index), byte;

	for (byte = at; byte < at + array->item; byte++) {
		if (!pages[byte / STRIDED_PAGE])
			return false;
	}
	return true;
}
