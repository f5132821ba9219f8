/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From the counts of shown rows to their details. */
#include "model/rows/details.h"

#include <errno.h>
#include <stdlib.h>

#include "model/rows/explain.h"
#include "model/rows/page_sets.h"
#include "model/rows/selection.h"

/*
 * Steps of index walks, some 20 ns each: for one count of one array, and for all arrays of a
 * process in one snapshot.
 */
#define STEPS_ONE (1ull << 22)
#define STEPS_ALL (1ull << 24)

/* Lines of a two-dimensional heatmap: a few arrays fit on a screen. */
#define GRID_ROWS 16u

struct detailer {
	const struct tally_input *input;
	const struct moment_header *header;
	const struct view *view;
	struct process_snapshot *process;
	struct selection selection;
	struct page_sets sets;
	uint64_t steps;
};

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
	uint64_t chunk_bytes = CHUNK_PAGES * detailer->input->page_bytes;
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
		err = page_sets__fill(detailer->input, &spans, &detailer->sets);
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

	return cells ? tally_heat(detailer->input, entry->start, entry->end, cells, ret) : 0;
}

static int detail_array(struct detailer *detailer, const struct row_entry *entry)
{
	struct array_row *row =
		&detailer->process->arrays[entry->array - detailer->process->arrays];
	int err = fill_heat(detailer, entry, &row->heat);

	row->explain = explain_array(detailer->header, &detailer->process->header, row);
	if (!err && row->desc.shape && detailer->view->cells)
		err = fill_shape(detailer, row);
	return err;
}

static int detail_region(const struct detailer *detailer, const struct row_entry *entry)
{
	struct region_row *row =
		&detailer->process->regions[entry->region - detailer->process->regions];

	row->explain = explain_region(&detailer->process->header, row);
	return fill_heat(detailer, entry, &row->heat);
}

int process_snapshot__detail(struct process_snapshot *process, const struct moment_header *header,
			     const struct view *view, const struct tally_input *input)
{
	struct detailer detailer = {
		.input = input,
		.header = header,
		.view = view,
		.process = process,
		.steps = STEPS_ALL,
	};
	size_t i;
	int err;

	err = selection__init(&detailer.selection, process, view, input->page_bytes);
	if (!err && view->cells)
		err = fill_sets(&detailer);
	for (i = 0; !err && i < detailer.selection.count; i++) {
		const struct row_entry *entry = &detailer.selection.entries[i];

		if (entry->place != ROW_LEFT_OUT)
			err = entry->array ? detail_array(&detailer, entry)
					   : detail_region(&detailer, entry);
	}
	selection__deinit(&detailer.selection);
	page_sets__deinit(&detailer.sets);
	return err;
}
