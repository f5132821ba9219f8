/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Fields of objects that own plain memory: accepted only if two reads agree. */
#include "arrays/python/buffer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/maps.h"

#define SPAN_MAX (1ull << 46)
#define ITEM_BYTES_MAX 16u
#define LOOKS_AT_ONE 3 /* tries for one that changes */

/* Modules/arraymodule.c: ob_item after ob_size, the descriptor after allocated. */
#define ARRAY_ITEMS 24u
#define ARRAY_DESCR 40u

/* Modules/mmapmodule.c */
#define MMAP_DATA 16u
#define MMAP_SIZE 24u

struct buffer {
	uint64_t refcount;
	uint64_t type;
	uint64_t data;
	uint64_t count; /* of items */
	uint64_t item_bytes;
	char type_code; /* of an array.array */
};

typedef int (*read_function)(struct memsrc *, uint64_t, void *, size_t);

/* Where to read, and how. */
struct view {
	struct memsrc *memsrc;
	read_function read;
};

static int view_word(const struct view *view, uint64_t address, uint64_t *ret)
{
	return view->read(view->memsrc, address, ret, sizeof(*ret));
}

/* struct arraydescr: typecode, then itemsize as an int */
static int look_at_array(const struct view *view, uint64_t object, struct buffer *ret)
{
	uint64_t descr;
	int32_t head[2];
	int err;

	err = view_word(view, object + ARRAY_ITEMS, &ret->data);
	if (!err)
		err = view_word(view, object + ARRAY_DESCR, &descr);
	if (!err)
		err = view->read(view->memsrc, descr, head, sizeof(head));
	if (err)
		return err;
	ret->type_code = (char)head[0];
	ret->item_bytes = head[1] > 0 ? (uint64_t)head[1] : 0;
	return ret->type_code > ' ' && ret->type_code <= '~' ? 0 : -EINVAL;
}

/* As in py_string: the characters follow the head, or are elsewhere. */
static int look_at_str(const struct py *py, const struct view *view, uint64_t object,
		       struct buffer *ret)
{
	const struct py_layout *layout = &py->layout;
	uint32_t state = 0;
	int err;

	err = view_word(view, object + (uint64_t)layout->uc_length, &ret->count);
	if (!err)
		err = view->read(view->memsrc, object + (uint64_t)layout->uc_state, &state,
				 sizeof(state));
	ret->item_bytes = state >> 2 & 7;
	ret->data = object +
		    (uint64_t)(state >> 6 & 1 ? layout->uc_ascii_size : layout->uc_compact_size);
	if (!err && !(state >> 5 & 1))
		err = view_word(view, object + (uint64_t)layout->uc_data, &ret->data);
	return err;
}

static int look_at_object(const struct py *py, const struct view *view, uint64_t object,
			  enum py_kind kind, struct buffer *ret)
{
	const struct py_layout *layout = &py->layout;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->item_bytes = 1;
	err = view_word(view, object + (uint64_t)layout->ob_refcnt, &ret->refcount);
	if (!err)
		err = view_word(view, object + (uint64_t)layout->ob_type, &ret->type);
	if (!err && kind != PY_STR)
		err = view_word(view,
				object + (kind == PY_MMAP ? MMAP_SIZE : (uint64_t)layout->ob_size),
				&ret->count);
	if (err)
		return err;
	if (kind == PY_BYTEARRAY)
		err = view_word(view, object + (uint64_t)layout->bb_bytes, &ret->data);
	else if (kind == PY_MMAP)
		err = view_word(view, object + MMAP_DATA, &ret->data);
	else if (kind == PY_ARRAY)
		err = look_at_array(view, object, ret);
	else if (kind == PY_STR)
		err = look_at_str(py, view, object, ret);
	else
		ret->data = object + (uint64_t)layout->by_sval;
	return err;
}

/* An empty object and a closed mmap hold nothing. */
static int check_buffer(const struct py *py, const struct buffer *buffer)
{
	if (!py_count_lives(py, buffer->refcount) || !buffer->data || !buffer->count ||
	    !buffer->item_bytes || buffer->item_bytes > ITEM_BYTES_MAX ||
	    buffer->count > SPAN_MAX / buffer->item_bytes ||
	    buffer->data + buffer->count * buffer->item_bytes < buffer->data)
		return -EINVAL;
	return 0;
}

uint64_t buffer_span(struct py *py, uint64_t object, enum py_kind kind)
{
	const struct view cached = { py->memsrc, memsrc__read };
	struct buffer buffer;

	if (look_at_object(py, &cached, object, kind, &buffer) || check_buffer(py, &buffer))
		return 0;
	return buffer.count * buffer.item_bytes;
}

static void name_dtype(const struct buffer *buffer, enum py_kind kind, char *text, size_t size)
{
	if (kind == PY_ARRAY)
		snprintf(text, size, "array '%c'", buffer->type_code);
	else
		snprintf(text, size, "%s",
			 kind == PY_BYTEARRAY ? "bytearray"
			 : kind == PY_MMAP    ? "mmap"
			 : kind == PY_STR     ? "str"
					      : "bytes");
}

/* bytes and str are read-only; for an mmap its protection decides. */
static bool is_writeable(const struct py *py, const struct buffer *buffer, enum py_kind kind)
{
	const struct vma *vma;

	if (kind != PY_MMAP)
		return kind == PY_BYTEARRAY || kind == PY_ARRAY;
	vma = vma_list__find(py->vmas, buffer->data);
	return vma && vma->writable;
}

static int fill_array(const struct py *py, const struct buffer *buffer, enum py_kind kind,
		      struct array_desc *ret)
{
	struct array_shape *shape = calloc(1, sizeof(*shape));

	if (!shape)
		return -ENOMEM;
	shape->dims = malloc(2 * sizeof(*shape->dims));
	if (!shape->dims) {
		free(shape);
		return -ENOMEM;
	}
	shape->ndim = 1;
	shape->dims[0] = (int64_t)buffer->count;
	shape->dims[1] = (int64_t)buffer->item_bytes;
	shape->data = buffer->data;
	shape->nbytes = buffer->count * buffer->item_bytes;
	shape->owndata = true;
	shape->writeable = is_writeable(py, buffer, kind);
	name_dtype(buffer, kind, shape->dtype, sizeof(shape->dtype));
	ret->shape = shape;
	ret->start = buffer->data;
	ret->end = buffer->data + shape->nbytes;
	return 0;
}

static int look_twice(struct py *py, const struct view *first, const struct view *second,
		      uint64_t object, enum py_kind kind, struct buffer *buffer)
{
	struct buffer again;
	int err;

	err = look_at_object(py, first, object, kind, buffer);
	if (!err)
		err = look_at_object(py, second, object, kind, &again);
	if (err)
		return err;
	if (check_buffer(py, buffer) || check_buffer(py, &again))
		return -EINVAL;
	again.refcount = buffer->refcount;
	return memcmp(buffer, &again, sizeof(again)) ? -EAGAIN : 0;
}

int buffer_read(struct py *py, uint64_t object, enum py_kind kind, struct array_desc *ret)
{
	const struct view cached = { py->memsrc, memsrc__read };
	const struct view now = { py->memsrc, memsrc__read_again };
	struct buffer buffer;
	int err, i;

	err = look_twice(py, &cached, &now, object, kind, &buffer);
	for (i = 0; i < LOOKS_AT_ONE && err == -EAGAIN; i++)
		err = look_twice(py, &now, &now, object, kind, &buffer);
	if (err)
		return err;
	ret->source = ARRAY_PYTHON;
	ret->object = object;
	return fill_array(py, &buffer, kind, ret);
}
