/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/mapped_array.h"

#include <errno.h>
#include <stdio.h>

#include "arrays/files/file_arrays.h"
#include "base/array.h"

#define DELETED " (deleted)"

/* Strides in bytes, without gaps between elements. */
static void put_dims(const struct file_array *array, int64_t *dims)
{
	int64_t stride = array->item_bytes;
	uint32_t i;

	for (i = 0; i < array->ndim; i++) {
		uint32_t dim = array->first_dense ? i : array->ndim - 1 - i;

		dims[dim] = (int64_t)array->dims[dim];
		dims[array->ndim + dim] = stride;
		stride *= dims[dim];
	}
}

/* Packed elements have no place of their own, nor have those behind the end of the file. *ret is NULL then. */
static int make_shape(const struct file_array *array, uint64_t address, bool writable,
		      struct array_shape **ret)
{
	struct array_shape *shape;
	uint64_t bytes;

	*ret = NULL;
	if (!array->shaped || !array->item_bytes ||
	    !file_shape_bytes(array->dims, array->ndim, array->item_bytes, &bytes) ||
	    bytes != array->end - array->offset)
		return 0;
	shape = calloc(1, sizeof(*shape));
	if (!shape)
		return -ENOMEM;
	shape->dims = calloc(2 * (size_t)array->ndim + 1, sizeof(*shape->dims));
	if (!shape->dims) {
		free(shape);
		return -ENOMEM;
	}
	shape->data = address;
	shape->nbytes = array->end - array->offset;
	shape->ndim = array->ndim;
	shape->writeable = writable;
	memcpy(shape->dtype, array->dtype, sizeof(shape->dtype));
	put_dims(array, shape->dims);
	*ret = shape;
	return 0;
}

/* The last part of the path, without what maps says of a file that has no name any more. */
static char *name_of(const struct vma *vma, const struct file_array *array)
{
	const char *slash = strrchr(vma->path, '/');
	const char *file = slash ? slash + 1 : vma->path;
	size_t length = strlen(file), remark = strlen(DELETED);
	char *name;

	if (length > remark && !strcmp(file + length - remark, DELETED))
		length -= remark;
	if (asprintf(&name, "%.*s:%s", (int)length, file, array->name) < 0)
		return NULL;
	return name;
}

int mapped_array_add(const struct file_array *array, const struct vma *first, uint64_t end,
		     struct array_list *ret)
{
	uint64_t mapped_end = first->offset + (end - first->start);
	uint64_t from = array->offset > first->offset ? array->offset : first->offset;
	uint64_t to = array->end < mapped_end ? array->end : mapped_end;
	struct array_desc desc = {
		.source = ARRAY_FILE,
		.start = first->start + (from - first->offset),
		.end = first->start + (to - first->offset),
	};
	int err = 0;

	if (from >= to)
		return 0;
	if (array_reserve((void **)&ret->arrays, &ret->capacity, ret->count + 1,
			  sizeof(*ret->arrays)))
		return -ENOMEM;
	if (from == array->offset && to == array->end)
		err = make_shape(array, desc.start, first->writable, &desc.shape);
	desc.name = err ? NULL : name_of(first, array);
	if (!desc.name) {
		array_desc__deinit(&desc);
		return -ENOMEM;
	}
	ret->arrays[ret->count++] = desc;
	return 0;
}
