/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How a parser puts together the layout of a data file. */
#ifndef ARRAYS_FILE_ARRAYS_H
#define ARRAYS_FILE_ARRAYS_H

#include "facts/file_layout.h"

/* Bounds: what exceeds one is left out and counted as dropped. */
#define FILE_ARRAYS_MAX 100000u
#define FILE_NAME_BYTES 1000u
#define FILE_DIMS_MAX 64u

/* What a parser knows of an array; all of it is copied. */
struct file_array_found {
	const char *name;
	size_t name_bytes; /* a NUL ends a name before that */
	const char *dtype;
	const uint64_t *dims;
	uint32_t ndim;
	bool shaped, first_dense;
	uint32_t item_bytes;
	uint64_t offset;
	uint64_t bytes;
};

/* The arrays alone, not what is counted. */
void file_layout_forget(struct file_layout *layout);

/* 0 or -ENOMEM. Ranges may be anything until file_layout_finish. */
int file_layout_add(struct file_layout *layout, const struct file_array_found *found);

/* Elements times item_bytes. False: more than 2^61. */
bool file_shape_bytes(const uint64_t *dims, uint32_t ndim, uint64_t item_bytes, uint64_t *ret);

/*
 * Sorts the arrays by offset, clips what goes on behind file_bytes, and leaves out what begins
 * there or overlaps an earlier array. Arrays without elements stay, wherever they are in the file.
 */
void file_layout_finish(struct file_layout *layout, uint64_t file_bytes);

#endif
