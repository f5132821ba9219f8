/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From the counts of shown rows to their details. */
#include "model/rows/details.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/rows/explain.h"

/*
 * Steps of index walks, some 20 ns each: for one count of one array, and for all arrays of a
 * process in one snapshot.
 */
#define STEPS_ONE (1ull << 22)
#define STEPS_ALL (1ull << 24)

/* Lines of a two-dimensional heatmap: a few arrays fit on a screen. */
#define GRID_ROWS 16u

void region_row__drop_details(struct region_row *row)
{
	heat__deinit(&row->heat);
	free(row->explain);
	row->explain = NULL;
}

void array_row__drop_details(struct array_row *row)
{
	heat__deinit(&row->heat);
	index_set__deinit(&row->resident);
	index_set__deinit(&row->zero);
	index_set__deinit(&row->touched);
	grid__deinit(&row->grid);
	free(row->explain);
	row->explain = NULL;
}

static int add_span(const struct array_desc *desc, uint64_t chunk_bytes, struct intervals *ret)
{
	uint64_t end = desc->end;

	if (!desc->shape || desc->start >= end)
		return 0;
	/* The last chunk of the address space has no end. */
	if (__builtin_add_overflow(end, chunk_bytes - 1, &end))
		end = UINT64_MAX;
	return intervals__append(ret, desc->start - desc->start % chunk_bytes,
				 end - end % chunk_bytes, 0);
}

/* The pages of all arrays' ranges, in whole chunks: each chunk is read once. */
static int fill_sets(struct detailer *detailer)
{
	uint64_t chunk_bytes = CHUNK_PAGES * detailer->input.page_bytes;
	struct intervals spans = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < detailer->selection.count; i++) {
		const struct row_entry *entry = &detailer->selection.entries[i];

		if (entry->place == ROW_SHOWN && entry->array)
			err = add_span(&entry->array->desc, chunk_bytes, &spans);
	}
	intervals__settle(&spans);
	if (!err)
		err = page_sets__fill(&detailer->input, &spans, &detailer->sets);
	intervals__deinit(&spans);
	return err;
}

static uint64_t granted_steps(const struct detailer *detailer)
{
	return detailer->steps < STEPS_ONE ? detailer->steps : STEPS_ONE;
}

static int fill_index_set(struct detailer *detailer, const struct array_desc *desc,
			  const struct intervals *pages, struct index_set *ret)
{
	uint64_t granted = granted_steps(detailer), left = granted;
	int err = index_set__fill(desc, pages, &left, ret);

	detailer->steps -= granted - left;
	return err;
}

static int fill_grid(struct detailer *detailer, struct array_row *row)
{
	const struct grid_sets sets = { &detailer->sets.resident, &detailer->sets.zero,
					&detailer->sets.touched };
	uint64_t granted = granted_steps(detailer), left = granted;
	int err = grid__fill(&row->desc, &sets, GRID_ROWS, detailer->view->grid_columns, &left,
			     &row->grid);

	detailer->steps -= granted - left;
	return err;
}

static int fill_shape(struct detailer *detailer, struct array_row *row)
{
	const struct page_sets *sets = &detailer->sets;
	int err;

	row->touched_known = sets->touched_known;
	err = fill_index_set(detailer, &row->desc, &sets->resident, &row->resident);
	if (!err)
		err = fill_index_set(detailer, &row->desc, &sets->zero, &row->zero);
	if (!err && row->touched_known)
		err = fill_index_set(detailer, &row->desc, &sets->touched, &row->touched);
	return err ? err : fill_grid(detailer, row);
}

static int fill_heat(const struct detailer *detailer, const struct row_entry *entry,
		     struct heat *ret)
{
	uint32_t cells = detailer->view->cells;

	return cells ? tally_heat(&detailer->input, entry->start, entry->end, cells, ret) : 0;
}

static int fill_array(struct detailer *detailer, const struct row_entry *entry,
		      struct array_row *row)
{
	int err = fill_heat(detailer, entry, &row->heat);

	row->explain = explain_array(detailer->header, &detailer->process->header, row);
	if (!err && row->desc.shape && detailer->view->cells)
		err = fill_shape(detailer, row);
	return err;
}

static int fill_region(const struct detailer *detailer, const struct row_entry *entry,
		       struct region_row *row)
{
	row->explain = explain_region(&detailer->process->header, row);
	return fill_heat(detailer, entry, &row->heat);
}

static int start_details(struct detailer *ret, const struct process_snapshot *process,
			 const struct moment_header *header, const struct view *view)
{
	int err;

	ret->header = header;
	ret->view = view;
	ret->process = process;
	ret->steps = STEPS_ALL;
	err = selection__init(&ret->selection, process, view, ret->input.page_bytes);
	return !err && view->cells ? fill_sets(ret) : err;
}

int detailer__init(struct detailer *ret, const struct process_snapshot *process,
		   const struct moment_header *header, const struct view *view)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	err = process_lists__of(process->moment, &ret->lists);
	if (err)
		return err;
	ret->input = tally_input__of(header, &process->header, &ret->lists);
	return start_details(ret, process, header, view);
}

void detailer__deinit(struct detailer *detailer)
{
	selection__deinit(&detailer->selection);
	page_sets__deinit(&detailer->sets);
	process_lists__deinit(&detailer->lists);
}

int detailer__array(struct detailer *detailer, const struct row_entry *entry, struct array_row *ret)
{
	*ret = *entry->array;
	memset(&ret->heat, 0, sizeof(*ret) - offsetof(struct array_row, heat));
	return fill_array(detailer, entry, ret);
}

int detailer__region(struct detailer *detailer, const struct row_entry *entry,
		     struct region_row *ret)
{
	*ret = *entry->region;
	memset(&ret->heat, 0, sizeof(*ret) - offsetof(struct region_row, heat));
	return fill_region(detailer, entry, ret);
}

static int fill_row(struct detailer *detailer, const struct row_entry *entry,
		    struct process_snapshot *process)
{
	if (entry->array)
		return fill_array(detailer, entry,
				  &process->arrays[entry->array - process->arrays]);
	return fill_region(detailer, entry, &process->regions[entry->region - process->regions]);
}

int process_snapshot__detail(struct process_snapshot *process, const struct moment_header *header,
			     const struct view *view, const struct tally_input *input)
{
	struct detailer detailer = { .input = *input };
	int err = start_details(&detailer, process, header, view);
	size_t i;

	for (i = 0; !err && i < detailer.selection.count; i++) {
		if (detailer.selection.entries[i].place != ROW_LEFT_OUT)
			err = fill_row(&detailer, &detailer.selection.entries[i], process);
	}
	detailer__deinit(&detailer);
	return err;
}
