/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From boxes of levels to ranges of the array's own dimensions; keeps the largest. */
#include "model/index/index_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/index/index_pieces.h"
#include "model/index/index_walk.h"

void index_set__deinit(struct index_set *set)
{
	free(set->spans);
	memset(set, 0, sizeof(*set));
}

static uint64_t box_elements(const struct index_levels *levels, const struct index_blocks *box)
{
	uint64_t elements = levels->repeats;
	uint32_t i;

	for (i = 0; i < levels->count; i++)
		elements *= box[i].width * box[i].count;
	return elements;
}

static struct index_span span_of(const struct index_level *level, const struct index_blocks *blocks)
{
	uint64_t length = (blocks->count - 1) * blocks->step + blocks->width;
	uint64_t start = level->reversed ? level->count - blocks->first - length : blocks->first;

	if (blocks->count > 1)
		return (struct index_span){ start, start + length, blocks->step, blocks->width };
	return (struct index_span){ start, start + length, 1, 1 };
}

static void fill_spans(const struct array_desc *array, const struct index_levels *levels,
		       const struct index_blocks *box, struct index_span *spans)
{
	const struct array_shape *shape = array->shape;
	uint32_t i;

	for (i = 0; i < shape->ndim; i++)
		spans[i] = (struct index_span){ 0, (uint64_t)shape->dims[i], 1, 1 };
	for (i = 0; i < levels->count; i++) {
		if (levels->levels[i].dim < shape->ndim)
			spans[levels->levels[i].dim] = span_of(&levels->levels[i], &box[i]);
	}
}

struct candidate {
	uint64_t elements;
	const struct index_blocks *box;
};

/* Ties are in address order, which is the order of their indices in memory. */
static int by_elements(const void *left, const void *right, void *ctx)
{
	const struct index_levels *levels = ctx;
	const struct candidate *a = left, *b = right;
	uint32_t i;

	if (a->elements != b->elements)
		return a->elements < b->elements ? 1 : -1;
	for (i = 0; i < levels->count; i++) {
		if (a->box[i].first != b->box[i].first)
			return a->box[i].first < b->box[i].first ? -1 : 1;
	}
	return 0;
}

static int keep_largest(const struct array_desc *array, const struct index_levels *levels,
			const struct index_blocks *boxes, size_t count, struct index_set *ret)
{
	struct candidate *candidates = calloc(count + 1, sizeof(*candidates));
	uint32_t ndim = array->shape->ndim;
	size_t i;

	if (!candidates)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		candidates[i].box = boxes + i * levels->count;
		candidates[i].elements = box_elements(levels, candidates[i].box);
		ret->elements += candidates[i].elements;
	}
	qsort_r(candidates, count, sizeof(*candidates), by_elements, (void *)levels);
	ret->ranges = count;
	ret->kept = (uint32_t)(count < INDEX_SET_KEPT ? count : INDEX_SET_KEPT);
	ret->ndim = ndim;
	ret->spans = calloc((size_t)ret->kept * ndim + 1, sizeof(*ret->spans));
	for (i = 0; ret->spans && i < ret->kept; i++)
		fill_spans(array, levels, candidates[i].box, ret->spans + i * ndim);
	free(candidates);
	return ret->spans ? 0 : -ENOMEM;
}

int index_set__fill(const struct array_desc *array, const struct intervals *pages, uint64_t *steps,
		    struct index_set *ret)
{
	const struct index_blocks *boxes;
	struct index_pieces *pieces;
	struct index_visitor visitor;
	struct index_levels levels;
	size_t count;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = index_levels__init(&levels, array);
	if (err) {
		ret->told = err == -ENODATA;
		ret->ndim = array->shape->ndim;
		return 0;
	}
	pieces = index_pieces__new(&levels);
	if (!pieces)
		return -ENOMEM;
	visitor = index_pieces__visitor(pieces);
	err = index_walk(&levels, pages, steps, &visitor);
	if (!err)
		err = index_pieces__finish(pieces, &boxes, &count);
	if (!err)
		err = keep_largest(array, &levels, boxes, count, ret);
	ret->told = !err;
	index_pieces__free(pieces);
	return err == -E2BIG ? 0 : err;
}
