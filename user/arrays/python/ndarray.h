/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One ndarray object: its fields, checked, and the memory they span.
 */
#ifndef ARRAYS_PYTHON_NDARRAY_H
#define ARRAYS_PYTHON_NDARRAY_H

#include <stdbool.h>

#include "arrays/python/reader.h"
#include "facts/array.h"

#define NDARRAY_DIMS_MAX 64u

/* numpy/core/include/numpy/ndarraytypes.h: PyArrayObject_fields, the same in 1.x and 2.x */
struct ndarray_head {
	uint64_t refcount;
	uint64_t type;
	uint64_t data;
	int32_t ndim;
	int32_t padding;
	uint64_t dims;
	uint64_t strides;
	uint64_t base;
	uint64_t descr;
	int32_t flags;
	int32_t padding2;
};

/* The element type of an array, as last read. */
struct ndarray_dtype {
	char kind;
	char order;
	uint64_t item_bytes;
	char text[24];
};

/* Enough to know whether these words are a live ndarray. 0, -EINVAL or -EFAULT. */
int ndarray_head_read(struct py *py, uint64_t object, struct ndarray_head *ret);
bool ndarray_lives(struct py *py, const struct ndarray_head *head);

/* Reads all of it twice, past the cache. -EAGAIN: two reads never agreed. As below. */
int ndarray_read(struct py *py, uint64_t object, uint32_t numpy_major, struct array_desc *ret);

/*
 * Fills start, end, object, base_object (the object behind base, ndarray or not) and shape of *ret.
 * dims: ndim lengths, then strides. dtype (zero at first) saves work from array to array.
 */
int ndarray_describe(struct py *py, uint64_t object, const struct ndarray_head *head,
		     const int64_t *dims, uint32_t numpy_major, struct ndarray_dtype *dtype,
		     struct array_desc *ret);

/*
 * Whether a head agrees with a row, whose base_object is the base's, except for type, dims and
 * dtype.
 */
bool ndarray_head_is(const struct ndarray_head *head, const struct array_desc *array);

/* What its dtype says of one element; 0 or -errno. */
int ndarray_item(struct py *py, const struct ndarray_head *head, uint32_t numpy_major, char *kind,
		 uint64_t *bytes);

/* Bytes from the first element's start to the last element's end; 0: unknown. */
uint64_t ndarray_span(struct py *py, const struct ndarray_head *head, const int64_t *dims,
		      uint32_t numpy_major);

#endif
