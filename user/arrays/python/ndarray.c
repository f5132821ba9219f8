/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Fields of an ndarray: accepted only if two reads agree and nothing overflows. */
#include "arrays/python/ndarray.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_BYTES_MAX (1ull << 30)
#define SPAN_MAX (1ull << 46)
#define LOOKS_AT_ONE 3 /* tries for one that changes */
#define FLAG_OWNDATA 0x4
#define FLAG_WRITEABLE 0x400

struct descr {
	char kind;
	char order;
	uint64_t item_bytes;
};

/* A new array gets its data last, and may be stopped before that for long. */
static bool is_plausible_head(const struct py *py, const struct ndarray_head *head)
{
	return py_count_lives(py, head->refcount) && head->data && head->ndim >= 0 &&
	       head->ndim <= (int32_t)NDARRAY_DIMS_MAX && head->descr && head->descr % 8 == 0 &&
	       (!head->ndim || (head->dims && head->strides));
}

bool ndarray_lives(struct py *py, const struct ndarray_head *head)
{
	const struct py_type *type = py_type_at(py, head->type);

	return type && type->kind == PY_NDARRAY && is_plausible_head(py, head);
}

int ndarray_head_read(struct py *py, uint64_t object, struct ndarray_head *ret)
{
	int err = py_read(py, object, ret, sizeof(*ret));

	if (err)
		return err;
	return ndarray_lives(py, ret) ? 0 : -EINVAL;
}

/* PyArray_Descr: kind 24, type 25, byteorder 26; elsize an int at 32, from 2.0 on a word at 40. */
static int read_descr(struct py *py, uint64_t address, uint32_t major, struct descr *ret)
{
	char raw[48];
	int32_t small;
	int err;

	err = py_read(py, address, raw, sizeof(raw));
	if (err)
		return err;
	ret->kind = raw[24];
	ret->order = raw[26];
	memcpy(&small, raw + 32, sizeof(small));
	ret->item_bytes = (uint64_t)(uint32_t)small;
	if (major >= 2)
		memcpy(&ret->item_bytes, raw + 40, sizeof(ret->item_bytes));
	return ret->item_bytes > ITEM_BYTES_MAX ? -EINVAL : 0;
}

int ndarray_item(struct py *py, const struct ndarray_head *head, uint32_t numpy_major, char *kind,
		 uint64_t *bytes)
{
	struct descr descr = { 0 };
	int err = read_descr(py, head->descr, numpy_major, &descr);

	/* An item size that is too large is reported too: it contradicts every kind. */
	if (err && err != -EINVAL)
		return err;
	*kind = descr.kind;
	*bytes = descr.item_bytes;
	return 0;
}

static void name_dtype(const struct descr *descr, char *buffer, size_t size)
{
	static const struct {
		char kind;
		const char *name;
		unsigned int unit; /* bits or characters per byte; 0: no number */
	} names[] = {
		{ 'f', "float", 8 },	  { 'i', "int", 8 },	     { 'u', "uint", 8 },
		{ 'c', "complex", 8 },	  { 'b', "bool", 0 },	     { 'O', "object", 0 },
		{ 'M', "datetime64", 0 }, { 'm', "timedelta64", 0 }, { 'S', "bytes", 8 },
		{ 'U', "str", 8 },	  { 'V', "void", 8 },
	};
	const char *order = descr->order == '>' ? ">" : "";
	size_t i;

	snprintf(buffer, size, "?");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].kind != descr->kind)
			continue;
		if (names[i].unit)
			snprintf(buffer, size, "%s%s%llu", order, names[i].name,
				 (unsigned long long)(descr->item_bytes * names[i].unit));
		else
			snprintf(buffer, size, "%s%s", order, names[i].name);
	}
}

static void tell_dtype(const struct descr *descr, struct ndarray_dtype *dtype)
{
	if (dtype->kind == descr->kind && dtype->order == descr->order &&
	    dtype->item_bytes == descr->item_bytes)
		return;
	name_dtype(descr, dtype->text, sizeof(dtype->text));
	dtype->kind = descr->kind;
	dtype->order = descr->order;
	dtype->item_bytes = descr->item_bytes;
}

struct extent {
	uint64_t below; /* bytes before and after data */
	uint64_t above;
	uint64_t nbytes;
};

/* dims: lengths, then strides. */
static int measure_extent(const int64_t *dims, uint32_t ndim, uint64_t item_bytes,
			  struct extent *ret)
{
	unsigned __int128 below = 0, above = item_bytes, count = 1;
	uint32_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < ndim; i++) {
		int64_t length = dims[i], stride = dims[ndim + i];

		if (length < 0)
			return -EINVAL;
		if (!length)
			return 0;
		count *= (uint64_t)length;
		if (stride < 0)
			below += (unsigned __int128)(0 - (uint64_t)stride) * (uint64_t)(length - 1);
		else
			above += (unsigned __int128)(uint64_t)stride * (uint64_t)(length - 1);
		if (below > SPAN_MAX || above > SPAN_MAX || count > UINT64_MAX)
			return -EINVAL;
	}
	if (count * item_bytes > UINT64_MAX)
		return -EINVAL;
	ret->below = (uint64_t)below;
	ret->above = (uint64_t)above;
	ret->nbytes = (uint64_t)(count * item_bytes);
	return 0;
}

uint64_t ndarray_span(struct py *py, const struct ndarray_head *head, const int64_t *dims,
		      uint32_t numpy_major)
{
	struct extent extent;
	struct descr descr;

	if (read_descr(py, head->descr, numpy_major, &descr) ||
	    measure_extent(dims, (uint32_t)head->ndim, descr.item_bytes, &extent))
		return 0;
	return extent.below + extent.above;
}

int ndarray_describe(struct py *py, uint64_t object, const struct ndarray_head *head,
		     const int64_t *dims, uint32_t numpy_major, struct ndarray_dtype *dtype,
		     struct array_desc *ret)
{
	size_t words = 2 * (size_t)head->ndim;
	struct array_shape *shape;
	struct extent extent;
	struct descr descr;
	int err;

	err = read_descr(py, head->descr, numpy_major, &descr);
	if (!err)
		err = measure_extent(dims, (uint32_t)head->ndim, descr.item_bytes, &extent);
	if (!err && (extent.below > head->data || head->data + extent.above < head->data))
		err = -EINVAL;
	if (err)
		return err;
	shape = calloc(1, sizeof(*shape));
	if (!shape)
		return -ENOMEM;
	shape->dims = malloc(words * sizeof(*dims) + 1);
	if (!shape->dims) {
		free(shape);
		return -ENOMEM;
	}
	memcpy(shape->dims, dims, words * sizeof(*dims));
	shape->ndim = (uint32_t)head->ndim;
	shape->data = head->data;
	shape->nbytes = extent.nbytes;
	shape->owndata = head->flags & FLAG_OWNDATA;
	shape->writeable = head->flags & FLAG_WRITEABLE;
	tell_dtype(&descr, dtype);
	memcpy(shape->dtype, dtype->text, sizeof(shape->dtype));
	ret->source = ARRAY_PYTHON;
	ret->object = object;
	ret->base_object = head->base;
	ret->shape = shape;
	ret->start = head->data - extent.below;
	ret->end = head->data + extent.above;
	return 0;
}

bool ndarray_head_is(const struct ndarray_head *head, const struct array_desc *array)
{
	const struct array_shape *shape = array->shape;

	return head->data == shape->data && (uint32_t)head->ndim == shape->ndim &&
	       head->base == array->base_object &&
	       shape->owndata == !!(head->flags & FLAG_OWNDATA) &&
	       shape->writeable == !!(head->flags & FLAG_WRITEABLE);
}

/* numpy allocates lengths and strides together, so they are of one moment. */
static int read_dims(struct py *py, const struct ndarray_head *head, int64_t *dims)
{
	size_t bytes = (size_t)head->ndim * sizeof(*dims);
	int err;

	if (!bytes)
		return 0;
	if (head->strides == head->dims + bytes)
		return memsrc__read_again(py->memsrc, head->dims, dims, 2 * bytes);
	err = memsrc__read_again(py->memsrc, head->dims, dims, bytes);
	return err ? err : memsrc__read_again(py->memsrc, head->strides, dims + head->ndim, bytes);
}

static int look_at_ndarray(struct py *py, uint64_t object, struct ndarray_head *head, int64_t *dims)
{
	int err;

	memset(dims, 0, 2 * NDARRAY_DIMS_MAX * sizeof(*dims));
	err = memsrc__read_again(py->memsrc, object, head, sizeof(*head));
	if (err)
		return err;
	return ndarray_lives(py, head) ? read_dims(py, head, dims) : -EAGAIN;
}

/* Another array may be at this address, even over the same memory: everything must agree. */
static int look_twice(struct py *py, uint64_t object, struct ndarray_head *head, int64_t *dims)
{
	int64_t dims_again[2 * NDARRAY_DIMS_MAX];
	struct ndarray_head head_again;
	int err;

	err = look_at_ndarray(py, object, head, dims);
	if (!err)
		err = look_at_ndarray(py, object, &head_again, dims_again);
	if (err)
		return err;
	head_again.refcount = head->refcount;
	return memcmp(head, &head_again, sizeof(*head)) ||
			       memcmp(dims, dims_again, sizeof(dims_again))
		       ? -EAGAIN
		       : 0;
}

int ndarray_read(struct py *py, uint64_t object, uint32_t numpy_major, struct array_desc *ret)
{
	int64_t dims[2 * NDARRAY_DIMS_MAX];
	struct ndarray_dtype dtype = { 0 };
	struct ndarray_head head;
	int err = -EAGAIN, i;

	for (i = 0; i < LOOKS_AT_ONE && err == -EAGAIN; i++)
		err = look_twice(py, object, &head, dims);
	return err ? err : ndarray_describe(py, object, &head, dims, numpy_major, &dtype, ret);
}
