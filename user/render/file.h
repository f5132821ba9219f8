/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A file and its arrays: a table for people, or JSON of kind "file". */
#ifndef RENDER_FILE_H
#define RENDER_FILE_H

#include <stdio.h>

#include "facts/file_facts.h"
#include "model/rows/tally.h"
#include "model/rows/view.h"

/* A file, and which of its arrays are shown, in this order. */
struct file_rows {
	const struct file_facts *facts;
	size_t *rows; /* indices of arrays */
	size_t count;
	struct heat *heat; /* of each row, then of the file; NULL: none */
};

/* Cells of a heatmap at the view's width. */
uint32_t file_text_cells(const struct view *view);

/* 0 or -errno of the stream. */
int file_text(const struct file_rows *files, size_t count, const struct view *view, FILE *out);
int file_json(const struct file_rows *files, size_t count, const char *version, FILE *out);

/* NULL: not a data file that is known. */
const char *file_format_name(enum file_format format);

/* Whether all arrays of the file that are not compressed are listed whole. */
bool file_is_complete(const struct file_layout *layout);

/* Says each thing that is not as it should be, by calling say; sentences without a dot. */
void file_say_losses(const struct file_layout *layout, void (*say)(void *ctx, const char *words),
		     void *ctx);

#endif
