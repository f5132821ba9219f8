/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From descriptions to rows. */
#include "model/rows/array_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "model/rows/neighbours.h"
#include "model/rows/rows.h"

/* Ranges of the union: 64 MiB. */
#define UNION_MAX (1u << 22)

struct filler {
	const struct tally_input *input;
	const struct vma_list *vmas;
	struct intervals all; /* the union of all arrays' pages */
	bool all_known;
};

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

	err = row_fill_array(filler->input, filler->vmas, row, &pages);
	if (!err)
		err = add_to_all(filler, &pages);
	intervals__deinit(&pages);
	row->in_heap = starts_in_heap(filler->vmas, row->desc.start);
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
				  const struct vma_list *vmas)
{
	struct filler filler = {
		.input = input,
		.vmas = vmas,
		.all_known = true,
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < process->array_count; i++) {
		progress_step(0);
		err = fill_row(&filler, &process->arrays[i]);
	}
	if (!err)
		err = fill_total(&filler, process);
	if (!err)
		err = neighbours_count(process, input->page_bytes);
	intervals__deinit(&filler.all);
	return err;
}
