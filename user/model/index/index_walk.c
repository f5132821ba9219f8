/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Goes dimension by dimension: an index is all in, all out, or crosses a border and is descended
 * into.
 */
#include "model/index/index_walk.h"

#include <errno.h>
#include <string.h>

#include "model/index/array_pages.h"

static uint64_t stride_bytes(int64_t stride)
{
	return stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride;
}

/* Keeps the levels sorted, widest stride first. */
static void insert_level(struct index_levels *levels, struct index_level level)
{
	uint32_t at = levels->count++;

	for (; at && levels->levels[at - 1].stride < level.stride; at--)
		levels->levels[at] = levels->levels[at - 1];
	levels->levels[at] = level;
}

int index_levels__init(struct index_levels *levels, const struct array_desc *array)
{
	const struct array_shape *shape = array->shape;
	uint64_t bytes, elements = 1;
	uint32_t i;

	memset(levels, 0, sizeof(*levels));
	levels->start = array->start;
	levels->repeats = 1;
	if (shape->ndim > INDEX_DIMS_MAX)
		return -E2BIG;
	for (i = 0; i < shape->ndim; i++) {
		uint64_t count = (uint64_t)shape->dims[i];
		int64_t stride = shape->dims[shape->ndim + i];

		if (!count)
			return -ENODATA;
		if (__builtin_mul_overflow(elements, count, &elements) || elements > INT64_MAX)
			return -E2BIG;
		if (!stride)
			levels->repeats *= count;
		else if (count > 1)
			insert_level(levels, (struct index_level){ count, stride_bytes(stride), 0,
								   i, stride < 0 });
	}
	bytes = array->start < array->end ? array_item_bytes(array) : 0;
	if (!bytes)
		return -ENODATA;
	if (!levels->count)
		insert_level(levels, (struct index_level){ 1, bytes, 0, INDEX_DIMS_MAX, false });
	for (i = levels->count; i-- > 0;) {
		levels->levels[i].bytes = bytes;
		bytes += (levels->levels[i].count - 1) * levels->levels[i].stride;
	}
	levels->elements = elements;
	return 0;
}

struct walk {
	const struct index_levels *levels;
	const struct intervals *set;
	const struct index_visitor *visitor;
	uint64_t *steps;
	size_t near; /* the range used last */
	uint64_t index[INDEX_DIMS_MAX];
};

/* The first range that ends after address, or NULL: usually the last one used, or the next. */
static const struct interval *find_range(struct walk *walk, uint64_t address)
{
	const struct intervals *set = walk->set;
	size_t near = walk->near;

	if (near && set->items[near - 1].end > address)
		near = intervals__first(set, address);
	else if (near < set->count && set->items[near].end <= address &&
		 (++near < set->count && set->items[near].end <= address))
		near = intervals__first(set, address);
	walk->near = near;
	return near < set->count ? &set->items[near] : NULL;
}

static uint64_t divide_up(uint64_t value, uint64_t by)
{
	return value / by + (value % by != 0);
}

static int walk_level(struct walk *walk, uint32_t depth, uint64_t base)
{
	const struct index_level *level = &walk->levels->levels[depth];
	bool last = depth + 1 == walk->levels->count;
	uint64_t i = 0;
	int err = 0;

	while (!err && i < level->count) {
		uint64_t low = base + i * level->stride, high = low + level->bytes, first = i;
		const struct interval *range = find_range(walk, low);

		if (!range)
			break;
		if (!(*walk->steps)--) {
			*walk->steps = 0;
			return -E2BIG;
		}
		if (range->start <= low && high <= range->end) {
			i = (range->end - base - level->bytes) / level->stride + 1;
			if (i > level->count)
				i = level->count;
			err = walk->visitor->run(walk->visitor->ctx, depth, walk->index, first, i);
		} else if (last && range->start > low) {
			i = divide_up(range->start - base, level->stride);
		} else if (last) {
			/* A single element that crosses the end of a range is not in the set. */
			i = divide_up(range->end - base, level->stride);
		} else if (range->start >= high) {
			i = (range->start - base - level->bytes) / level->stride + 1;
		} else {
			walk->index[depth] = i++;
			err = walk_level(walk, depth + 1, low);
			if (!err && walk->visitor->leave)
				err = walk->visitor->leave(walk->visitor->ctx, depth, walk->index);
		}
	}
	return err;
}

int index_walk(const struct index_levels *levels, const struct intervals *set, uint64_t *steps,
	       const struct index_visitor *visitor)
{
	struct walk walk = {
		.levels = levels,
		.set = set,
		.visitor = visitor,
		.steps = steps,
		.near = intervals__first(set, levels->start),
	};

	return walk_level(&walk, 0, levels->start);
}
