/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges and grids. */
#include "render/json_shape.h"

#include <errno.h>
#include <stdlib.h>

#define RANGES_IN_TEXT 4u

/* [start, stop, step], and the width if blocks are wider than one index. */
static void put_span(struct json_out *json, const struct index_span *span)
{
	json_open(json, NULL, '[');
	json_count(json, NULL, span->start);
	json_count(json, NULL, span->stop);
	json_count(json, NULL, span->step);
	if (span->width > 1)
		json_count(json, NULL, span->width);
	json_close(json, ']');
}

void json_index_set(struct json_out *json, const char *key, const struct index_set *set,
		    const struct array_desc *array)
{
	char *text = index_set_text(set, array, RANGES_IN_TEXT);
	uint32_t i, dim;

	if (!text)
		json->err = -ENOMEM;
	json_open(json, key, '{');
	json_text(json, "text", text);
	free(text);
	json_bool(json, "complete", set->told && set->ranges == set->kept);
	json_count_if(json, "elements", set->told, set->elements);
	json_count_if(json, "count", set->told, set->ranges);
	json_open(json, "ranges", '[');
	for (i = 0; i < set->kept; i++) {
		json_open(json, NULL, '[');
		for (dim = 0; dim < set->ndim; dim++)
			put_span(json, &set->spans[(size_t)i * set->ndim + dim]);
		json_close(json, ']');
	}
	json_close(json, ']');
	json_close(json, '}');
}

void json_index_ranges(struct json_out *json, const struct array_row *row)
{
	if (!row->desc.shape) {
		json_null(json, "index_ranges");
		return;
	}
	json_open(json, "index_ranges", '{');
	json_index_set(json, "resident", &row->resident, &row->desc);
	json_index_set(json, "zero", &row->zero, &row->desc);
	if (row->touched_known)
		json_index_set(json, "touched", &row->touched, &row->desc);
	else
		json_null(json, "touched");
	json_close(json, '}');
}

static void put_lines(struct json_out *json, const char *key, const struct grid *grid, bool known,
		      const uint64_t *counts)
{
	uint32_t row, column;

	if (!known) {
		json_null(json, key);
		return;
	}
	json_open(json, key, '[');
	for (row = 0; row < grid->rows; row++) {
		json_open(json, NULL, '[');
		for (column = 0; column < grid->columns; column++)
			json_count(json, NULL, *counts++);
		json_close(json, ']');
	}
	json_close(json, ']');
}

void json_grid(struct json_out *json, const struct array_row *row)
{
	const struct grid *grid = &row->grid;

	if (!grid->rows)
		return;
	json_open(json, "grid", '{');
	json_count(json, "rows", grid->rows);
	json_count(json, "columns", grid->columns);
	put_lines(json, "elements", grid, true, grid->elements);
	put_lines(json, "resident", grid, grid->told, grid->resident);
	put_lines(json, "zero", grid, grid->told, grid->zero);
	put_lines(json, "touched", grid, grid->told && row->touched_known, grid->touched);
	json_close(json, '}');
}
