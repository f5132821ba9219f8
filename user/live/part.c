/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/part.h"

#include <string.h>

#include "model/index/array_pages.h"

bool part_possible(const struct array_desc *array)
{
	const struct array_shape *shape = array->shape;

	return shape && shape->ndim == 2 && shape->dims[0] > 0 && shape->dims[1] > 0 &&
	       array->start < array->end;
}

/* What a dimension adds to the address of element 0, and to the bytes behind the lowest address. */
static void add_dim(struct part *part, int dim, uint64_t first, uint64_t count, int64_t stride)
{
	uint64_t size = stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride;

	part->dims[dim] = (int64_t)count;
	part->dims[dim + 2] = stride;
	part->shape.data += first * (uint64_t)stride;
	part->desc.end += (count - 1) * size;
	part->desc.start -= stride < 0 ? (count - 1) * size : 0;
}

void part__of(struct part *ret, const struct array_desc *array, uint64_t row, uint64_t rows,
	      uint64_t column, uint64_t columns)
{
	uint64_t item = array_item_bytes(array), bytes;

	memset(ret, 0, sizeof(*ret));
	ret->shape.data = array->shape->data;
	add_dim(ret, 0, row, rows, array->shape->dims[2]);
	add_dim(ret, 1, column, columns, array->shape->dims[3]);
	/* So far the ends were counted from element 0. */
	bytes = ret->desc.end + item;
	ret->desc.start += ret->shape.data;
	ret->desc.end = ret->desc.start + bytes;
	ret->shape.nbytes = rows * columns * item;
	ret->shape.ndim = 2;
	ret->shape.dims = ret->dims;
	ret->desc.source = array->source;
	ret->desc.shape = &ret->shape;
}
