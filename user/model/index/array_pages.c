/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From strides to pages: dimensions whose gaps contain no whole page form one run of bytes. */
#include "model/index/array_pages.h"

#include <errno.h>

#define DIMS_MAX 64u
#define RUNS_MAX 1000000u

struct step {
	uint64_t count;
	uint64_t stride; /* bytes, not negative: the range begins at its lowest address */
};

/* The dimensions with a nonzero stride, smallest first. */
static uint32_t sort_steps(const struct array_shape *shape, struct step steps[DIMS_MAX])
{
	uint32_t count = 0, i, j;

	for (i = 0; i < shape->ndim && i < DIMS_MAX; i++) {
		int64_t stride = shape->dims[shape->ndim + i];
		struct step step = { (uint64_t)shape->dims[i],
				     stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride };

		if (step.count < 2 || !step.stride)
			continue;
		for (j = count++; j > 0 && steps[j - 1].stride > step.stride; j--)
			steps[j] = steps[j - 1];
		steps[j] = step;
	}
	return count;
}

uint64_t array_item_bytes(const struct array_desc *array)
{
	const struct array_shape *shape = array->shape;
	uint64_t bytes = array->end - array->start;
	uint32_t i;

	for (i = 0; i < shape->ndim; i++) {
		int64_t stride = shape->dims[shape->ndim + i];

		if (shape->dims[i] > 0)
			bytes -= (uint64_t)(shape->dims[i] - 1) *
				 (stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride);
	}
	return bytes;
}

static int add_run(struct intervals *ret, uint64_t start, uint64_t bytes, uint64_t align)
{
	uint64_t end = start + bytes;

	return intervals__append(ret, start - start % align, end + (align - end % align) % align,
				 0);
}

/* The runs of bytes that the elements fill, with their ends extended to multiples of align. */
static int list_runs(const struct array_desc *array, uint64_t align, struct intervals *ret)
{
	struct step steps[DIMS_MAX];
	uint64_t index[DIMS_MAX] = { 0 }, run, start = array->start, runs = 1;
	uint32_t count, first, i;
	int err;

	if (array->start >= array->end)
		return 0;
	if (!array->shape)
		return add_run(ret, array->start, array->end - array->start, align);
	count = sort_steps(array->shape, steps);
	run = array_item_bytes(array);
	/* A gap shorter than a page cannot contain one. */
	for (first = 0; first < count && steps[first].stride < run + align; first++)
		run += (steps[first].count - 1) * steps[first].stride;
	for (i = first; i < count; i++) {
		if (steps[i].count > RUNS_MAX / runs)
			return -E2BIG;
		runs *= steps[i].count;
	}
	for (;;) {
		err = add_run(ret, start, run, align);
		for (i = first; !err && i < count; i++) {
			start += steps[i].stride;
			if (++index[i] < steps[i].count)
				break;
			start -= steps[i].count * steps[i].stride;
			index[i] = 0;
		}
		if (err || i == count)
			break;
	}
	intervals__settle(ret);
	return err;
}

int array_pages(const struct array_desc *array, uint64_t page_bytes, struct intervals *ret)
{
	return list_runs(array, page_bytes, ret);
}

/* Runs of bytes shorter than a page, with gaps on both sides: no page is full. */
static bool only_short_runs(const struct array_desc *array, uint64_t page_bytes)
{
	struct step steps[DIMS_MAX];
	uint32_t count, first, i;
	uint64_t run, span;

	if (!array->shape || array->start >= array->end)
		return array->end - array->start < page_bytes;
	count = sort_steps(array->shape, steps);
	run = array_item_bytes(array);
	for (first = 0; first < count && steps[first].stride <= run; first++)
		run += (steps[first].count - 1) * steps[first].stride;
	for (i = first, span = run; i < count && steps[i].stride > span; i++)
		span += (steps[i].count - 1) * steps[i].stride;
	return i == count && run < page_bytes;
}

int array_own_pages(const struct array_desc *array, uint64_t page_bytes, uint64_t *ret)
{
	struct intervals bytes = { 0 };
	size_t i;
	int err;

	*ret = 0;
	if (only_short_runs(array, page_bytes))
		return 0;
	err = list_runs(array, 1, &bytes);
	for (i = 0; !err && i < bytes.count; i++) {
		uint64_t first = (bytes.items[i].start + page_bytes - 1) / page_bytes;
		uint64_t end = bytes.items[i].end / page_bytes;

		*ret += end > first ? end - first : 0;
	}
	intervals__deinit(&bytes);
	return err;
}
