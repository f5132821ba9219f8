/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From descriptions to rows. */
#include "model/rows/array_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/rows/page_sets.h"
#include "model/rows/neighbours.h"
#include "model/rows/rows.h"

/*
 * Steps of index walks, some 20 ns each: for one question on one array, and for all arrays of
 * a process in one snapshot.
 */
#define STEPS_ONE (1ull << 22)
#define STEPS_ALL (1ull << 24)

/* Ranges of the union: 64 MiB. */
#define UNION_MAX (1u << 22)

struct filler {
	const struct tally_input *input;
	const struct vma_list *vmas;
	const struct array_rows_options *options;
	struct page_sets sets;
	struct intervals all; /* the pages of every array */
	bool all_known;
	uint64_t steps;
};

/* What each array spans, in whole chunks: a chunk is looked at once. */
static int list_spans(const struct process_snapshot *process, uint64_t chunk_bytes,
		      struct intervals *ret)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < process->array_count; i++) {
		const struct array_desc *desc = &process->arrays[i].desc;
		uint64_t end = desc->end;

		if (!desc->shape || desc->start >= end)
			continue;
		/* The last chunk of the address space has no end. */
		if (__builtin_add_overflow(end, chunk_bytes - 1, &end))
			end = UINT64_MAX;
		err = intervals__append(ret, desc->start - desc->start % chunk_bytes,
					end - end % chunk_bytes, 0);
	}
	intervals__settle(ret);
	return err;
}

static int fill_index_set(struct filler *filler, const struct array_desc *desc,
			  const struct intervals *pages, struct index_set *ret)
{
	uint64_t granted = filler->steps < STEPS_ONE ? filler->steps : STEPS_ONE, left = granted;
	int err = index_set__fill(desc, pages, &left, ret);

	filler->steps -= granted - left;
	return err;
}

static int fill_shape(struct filler *filler, struct array_row *row)
{
	const struct grid_sets sets = { &filler->sets.resident, &filler->sets.zero,
					&filler->sets.touched };
	uint64_t granted, left;
	int err;

	row->touched_known = filler->sets.touched_known;
	err = fill_index_set(filler, &row->desc, &filler->sets.resident, &row->resident);
	if (!err)
		err = fill_index_set(filler, &row->desc, &filler->sets.zero, &row->zero);
	if (!err && row->touched_known)
		err = fill_index_set(filler, &row->desc, &filler->sets.touched, &row->touched);
	if (err)
		return err;
	granted = filler->steps < STEPS_ONE ? filler->steps : STEPS_ONE;
	left = granted;
	err = grid__fill(&row->desc, &sets, filler->options->grid_rows,
			 filler->options->grid_columns, &left, &row->grid);
	filler->steps -= granted - left;
	return err;
}

static int add_to_all(struct filler *filler, const struct intervals *pages)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && filler->all_known && i < pages->count; i++)
		err = intervals__append(&filler->all, pages->items[i].start, pages->items[i].end,
					0);
	if (filler->all.count < UNION_MAX)
		return err;
	intervals__settle(&filler->all);
	if (filler->all.count >= UNION_MAX / 2) {
		filler->all_known = false;
		intervals__deinit(&filler->all);
	}
	return err;
}

static bool starts_in_heap(const struct vma_list *vmas, uint64_t address)
{
	const struct vma *vma = vma_list__find(vmas, address);

	return vma && vma->kind == VMA_HEAP;
}

static int fill_row(struct filler *filler, struct array_row *row)
{
	struct intervals pages = { 0 };
	int err;

	err = row_fill_array_pages(filler->input, filler->vmas, filler->options->heat_cells, row,
				   &pages);
	if (!err)
		err = add_to_all(filler, &pages);
	intervals__deinit(&pages);
	row->in_heap = starts_in_heap(filler->vmas, row->desc.start);
	if (!err && row->desc.shape && filler->options->heat_cells)
		err = fill_shape(filler, row);
	return err;
}

static int fill_total(struct filler *filler, struct process_snapshot *process)
{
	struct tally_input states = *filler->input;
	size_t i;
	int err = 0;

	states.touched = NULL;
	intervals__settle(&filler->all);
	process->arrays_total_known = filler->all_known;
	memset(&process->arrays_total, 0, sizeof(process->arrays_total));
	for (i = 0; !err && i < filler->all.count; i++) {
		struct tally part;

		err = tally_range(&states, filler->all.items[i].start, filler->all.items[i].end,
				  &part);
		if (!err)
			tally_add(&process->arrays_total, &part);
	}
	return err;
}

int process_snapshot__fill_arrays(struct process_snapshot *process, const struct tally_input *input,
				  const struct vma_list *vmas,
				  const struct array_rows_options *options)
{
	struct filler filler = {
		.input = input,
		.vmas = vmas,
		.options = options,
		.all_known = true,
		.steps = STEPS_ALL,
	};
	struct intervals spans = { 0 };
	size_t i;
	int err;

	err = list_spans(process, CHUNK_PAGES * input->page_bytes, &spans);
	if (!err)
		err = page_sets__fill(input, &spans, &filler.sets);
	for (i = 0; !err && i < process->array_count; i++)
		err = fill_row(&filler, &process->arrays[i]);
	if (!err)
		err = fill_total(&filler, process);
	if (!err)
		err = neighbours_count(process, input->page_bytes);
	intervals__deinit(&spans);
	intervals__deinit(&filler.all);
	page_sets__deinit(&filler.sets);
	return err;
}
