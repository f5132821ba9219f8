/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What holds of each data file's layout, whatever the file says. */
#ifndef TESTS_FILE_FUZZ_H
#define TESTS_FILE_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "arrays/files/file_arrays.h"
#include "arrays/files/file_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void need_that(bool ok)
{
	if (!ok)
		abort();
}

struct file_in_memory {
	const uint8_t *data;
	size_t bytes;
};

static ssize_t load_from_memory(void *ctx, uint64_t offset, void *buffer, size_t count)
{
	const struct file_in_memory *file = ctx;

	need_that(offset <= file->bytes && count <= file->bytes - offset && count);
	memcpy(buffer, file->data + offset, count);
	return (ssize_t)count;
}

/* A shape and a size that are both known agree, unless the file ends before the array does. */
static void check_shape(const struct file_array *array, bool clipped)
{
	uint64_t bytes;

	need_that(array->ndim <= FILE_DIMS_MAX && (array->shaped || !array->ndim));
	if (!array->shaped || !array->item_bytes || clipped)
		return;
	need_that(file_shape_bytes(array->dims, array->ndim, array->item_bytes, &bytes));
	need_that(bytes == array->end - array->offset);
}

static void check_layout(const struct file_layout *layout, size_t bytes)
{
	uint64_t taken = 0;
	size_t i;

	need_that(layout->format < FILE_FORMATS && layout->count <= FILE_ARRAYS_MAX);
	need_that(layout->format != FILE_UNKNOWN || (!layout->count && !layout->cut));
	for (i = 0; i < layout->count; i++) {
		const struct file_array *array = &layout->arrays[i];

		need_that(array->offset >= taken && array->end >= array->offset &&
			  array->end <= bytes);
		need_that(strlen(array->name) <= FILE_NAME_BYTES);
		need_that(memchr(array->dtype, '\0', sizeof(array->dtype)) != NULL);
		check_shape(array, layout->clipped > 0);
		taken = array->end;
	}
}

/* The input, with magic before it if it has another beginning. */
__attribute__((unused)) static int fuzz_file(const char *magic, size_t magic_bytes,
					     const uint8_t *data, size_t bytes)
{
	bool ours = bytes >= magic_bytes && !memcmp(data, magic, magic_bytes);
	size_t before = ours ? 0 : magic_bytes;
	uint8_t *whole = malloc(before + bytes + 1);
	struct file_in_memory file = { whole, before + bytes };
	struct file_layout layout;

	need_that(whole != NULL);
	memcpy(whole, magic, before);
	if (bytes)
		memcpy(whole + before, data, bytes);
	need_that(!file_look(load_from_memory, &file, file.bytes, &layout));
	check_layout(&layout, file.bytes);
	file_layout__deinit(&layout);
	free(whole);
	return 0;
}

#endif
