/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A caller's shapes and strides: where the array begins and ends. */
#include "lib/strides.h"

#include <errno.h>
#include <string.h>

/* C order: the last dimension is contiguous. */
static int fill_strides(const struct pagewatch_array *array, int64_t *strides)
{
	int64_t step = (int64_t)array->item_bytes;
	uint64_t i;

	if (array->strides) {
		memcpy(strides, array->strides, array->ndim * sizeof(*strides));
		return 0;
	}
	for (i = array->ndim; i-- > 0;) {
		strides[i] = step;
		if (__builtin_mul_overflow(step, array->shape[i], &step))
			return -EINVAL;
	}
	return 0;
}

/* Where the elements begin and end: each dimension moves one of the two. */
static int find_ends(const struct pagewatch_array *array, const int64_t *strides,
		     struct array_desc *ret)
{
	uint64_t low = array->data, high = array->data, i;

	for (i = 0; i < array->ndim; i++) {
		uint64_t step = strides[i] < 0 ? 0 - (uint64_t)strides[i] : (uint64_t)strides[i];
		uint64_t way;

		if (__builtin_mul_overflow((uint64_t)array->shape[i] - 1, step, &way))
			return -EINVAL;
		if (strides[i] < 0 ? __builtin_sub_overflow(low, way, &low)
				   : __builtin_add_overflow(high, way, &high))
			return -EINVAL;
	}
	if (__builtin_add_overflow(high, array->item_bytes, &high))
		return -EINVAL;
	ret->start = low;
	ret->end = high;
	return 0;
}

int strides_describe(const struct pagewatch_array *array, struct array_desc *ret,
		     struct array_shape *shape)
{
	uint64_t i;
	int err;

	if (array->ndim > STRIDES_DIMS_MAX || array->item_bytes > INT64_MAX ||
	    (array->ndim && !array->shape))
		return -EINVAL;
	ret->start = array->data;
	ret->end = array->data;
	if (!array->item_bytes)
		return 0;
	for (i = 0; i < array->ndim; i++) {
		if (array->shape[i] < 0)
			return -EINVAL;
	}
	for (i = 0; i < array->ndim; i++) {
		if (!array->shape[i])
			return 0;
	}
	shape->ndim = (uint32_t)array->ndim;
	if (array->ndim)
		memcpy(shape->dims, array->shape, array->ndim * sizeof(*shape->dims));
	err = fill_strides(array, shape->dims + array->ndim);
	if (!err)
		err = find_ends(array, shape->dims + array->ndim, ret);
	ret->shape = shape;
	return err;
}
