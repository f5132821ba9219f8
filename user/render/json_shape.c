/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges, grids, shared pages. */
#include "render/json_shape.h"

#include <stdlib.h>

#include "render/json_tally.h"
#include "render/json_write.h"

#define RANGES_IN_TEXT 4u

void json_put_shared(json_t *object, const struct array_row *row)
{
	json_put(object, "shared_pages",
		 row->shared_known ? json_integer((json_int_t)row->shared_pages) : json_null());
	json_put_count(object, "neighbours", row->neighbours);
}

/* [start, stop, step], and the width of blocks that are wider than one index. */
static json_t *span(const struct index_span *index_span)
{
	json_t *list = json_array();

	json_array_append_new(list, json_integer((json_int_t)index_span->start));
	json_array_append_new(list, json_integer((json_int_t)index_span->stop));
	json_array_append_new(list, json_integer((json_int_t)index_span->step));
	if (index_span->width > 1)
		json_array_append_new(list, json_integer((json_int_t)index_span->width));
	return list;
}

static json_t *index_set(const struct index_set *set, const struct array_desc *array)
{
	json_t *object, *ranges = json_array();
	char *text = index_set_text(set, array, RANGES_IN_TEXT);
	uint32_t i, dim;

	for (i = 0; i < set->kept; i++) {
		json_t *range = json_array();

		for (dim = 0; dim < set->ndim; dim++)
			json_array_append_new(range,
					      span(&set->spans[(size_t)i * set->ndim + dim]));
		json_array_append_new(ranges, range);
	}
	object = json_object();
	json_put(object, "text", text ? json_text(text) : NULL);
	json_put_bool(object, "complete", set->told && set->ranges == set->kept);
	json_put(object, "elements",
		 set->told ? json_integer((json_int_t)set->elements) : json_null());
	json_put(object, "count", set->told ? json_integer((json_int_t)set->ranges) : json_null());
	json_put(object, "ranges", ranges);
	free(text);
	return object;
}

json_t *json_index_ranges(const struct array_row *row)
{
	json_t *object;

	if (!row->desc.shape)
		return json_null();
	object = json_object();
	json_put(object, "resident", index_set(&row->resident, &row->desc));
	json_put(object, "zero", index_set(&row->zero, &row->desc));
	json_put(object, "touched",
		 row->touched_known ? index_set(&row->touched, &row->desc) : json_null());
	return object;
}

static json_t *lines(const struct grid *grid, const uint64_t *counts)
{
	json_t *list = json_array();
	uint32_t row, column;

	for (row = 0; row < grid->rows; row++) {
		json_t *line = json_array();

		for (column = 0; column < grid->columns; column++)
			json_array_append_new(line, json_integer((json_int_t)*counts++));
		json_array_append_new(list, line);
	}
	return list;
}

json_t *json_grid(const struct array_row *row)
{
	const struct grid *grid = &row->grid;
	json_t *object = json_object();

	json_put_count(object, "rows", grid->rows);
	json_put_count(object, "columns", grid->columns);
	json_put(object, "elements", lines(grid, grid->elements));
	json_put(object, "resident", grid->told ? lines(grid, grid->resident) : json_null());
	json_put(object, "zero", grid->told ? lines(grid, grid->zero) : json_null());
	json_put(object, "touched",
		 grid->told && row->touched_known ? lines(grid, grid->touched) : json_null());
	return object;
}

json_t *json_arrays_total(const struct process_snapshot *process)
{
	const struct tally *total = &process->arrays_total;
	json_t *object;

	if (!process->arrays_total_known)
		return json_null();
	object = json_object();
	json_put_count(object, "pages", total->pages);
	json_put(object, "states", json_states(total));
	json_put_count(object, "resident_pages", total->resident);
	return object;
}
