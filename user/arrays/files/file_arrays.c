/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/file_arrays.h"

#include <errno.h>
#include <stdio.h>

#include "base/array.h"

/* Two of them and the size of a file have a sum. */
#define BYTES_MAX (UINT64_MAX >> 3)

bool file_shape_bytes(const uint64_t *dims, uint32_t ndim, uint64_t item_bytes, uint64_t *ret)
{
	uint64_t bytes = item_bytes;
	bool fits = true;
	uint32_t i;

	*ret = 0;
	/* A length of 0 makes any product 0, also one that does not fit. */
	for (i = 0; i < ndim; i++) {
		if (!dims[i])
			return true;
		if (bytes > BYTES_MAX / dims[i])
			fits = false;
		else
			bytes *= dims[i];
	}
	if (fits)
		*ret = bytes;
	return fits;
}

static int copy_array(struct file_array *array, const struct file_array_found *found)
{
	*array = (struct file_array){
		.ndim = found->ndim,
		.shaped = found->shaped,
		.first_dense = found->first_dense,
		.item_bytes = found->item_bytes,
		.offset = found->offset,
		.end = found->offset + found->bytes,
	};
	snprintf(array->dtype, sizeof(array->dtype), "%s", found->dtype ? found->dtype : "");
	array->name = strndup(found->name, found->name_bytes);
	array->dims = calloc(found->ndim + 1, sizeof(*array->dims));
	if (!array->name || !array->dims) {
		free(array->name);
		free(array->dims);
		return -ENOMEM;
	}
	if (found->ndim)
		memcpy(array->dims, found->dims, found->ndim * sizeof(*array->dims));
	return 0;
}

int file_layout_add(struct file_layout *layout, const struct file_array_found *found)
{
	int err;

	if (layout->count >= FILE_ARRAYS_MAX || found->name_bytes > FILE_NAME_BYTES ||
	    found->ndim > FILE_DIMS_MAX) {
		layout->dropped++;
		return 0;
	}
	if (found->offset > BYTES_MAX || found->bytes > BYTES_MAX) {
		layout->outside++;
		return 0;
	}
	if (array_reserve((void **)&layout->arrays, &layout->capacity, layout->count + 1,
			  sizeof(*layout->arrays)))
		return -ENOMEM;
	err = copy_array(&layout->arrays[layout->count], found);
	if (!err)
		layout->count++;
	return err;
}

void file_layout_forget(struct file_layout *layout)
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		free(layout->arrays[i].name);
		free(layout->arrays[i].dims);
	}
	layout->count = 0;
}

/* By place; one without elements before one that begins there; then by name. */
static int by_offset(const void *left, const void *right)
{
	const struct file_array *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Whether it is listed; taken: where the last one with elements ends. */
static bool fit_array(struct file_layout *layout, struct file_array *array, uint64_t file_bytes,
		      uint64_t taken)
{
	bool empty = array->offset == array->end;

	if (array->offset > file_bytes || (array->offset == file_bytes && !empty)) {
		layout->outside++;
		return false;
	}
	if (array->offset < taken) {
		layout->overlapping++;
		return false;
	}
	if (array->end > file_bytes) {
		layout->clipped++;
		array->end = file_bytes;
	}
	return true;
}

void file_layout_finish(struct file_layout *layout, uint64_t file_bytes)
{
	uint64_t taken = 0;
	size_t i, kept = 0;

	array_sort(layout->arrays, layout->count, sizeof(*layout->arrays), by_offset);
	for (i = 0; i < layout->count; i++) {
		struct file_array array = layout->arrays[i];

		if (fit_array(layout, &array, file_bytes, taken)) {
			taken = array.end;
			layout->arrays[kept++] = array;
		} else {
			free(array.name);
			free(array.dims);
		}
	}
	layout->count = kept;
}
