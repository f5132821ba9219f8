/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Rows of a snapshot. */
#include "model/rows.h"

#include <string.h>

static int fill_heat(const struct tally_input *input, uint64_t start, uint64_t end, uint32_t cells,
		     struct heat *ret)
{
	memset(ret, 0, sizeof(*ret));
	return cells ? tally_heat(input, start, end, cells, ret) : 0;
}

int row_fill_region(const struct tally_input *input, uint32_t cells, struct region_row *row)
{
	int err;

	err = tally_range(input, row->vma.start, row->vma.end, &row->tally);
	if (!err)
		err = fill_heat(input, row->vma.start, row->vma.end, cells, &row->heat);
	return err;
}

static uint32_t count_vmas(const struct vma_list *vmas, uint64_t start, uint64_t end)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < vmas->count && vmas->vmas[i].start < end; i++)
		count += vmas->vmas[i].end > start;
	return count;
}

int row_fill_array(const struct tally_input *input, const struct vma_list *vmas, uint32_t cells,
		   struct array_row *row)
{
	uint64_t page = input->page_bytes;
	uint64_t start = row->desc.start - row->desc.start % page;
	uint64_t end = row->desc.end + (page - row->desc.end % page) % page;
	uint64_t inner_start = row->desc.start + (page - row->desc.start % page) % page;
	uint64_t inner_end = row->desc.end - row->desc.end % page;
	int err;

	/* Less than a page, or one in each half of two: nothing lies wholly inside. */
	if (inner_start > inner_end)
		inner_end = inner_start = start;
	row->nbytes = row->desc.shape ? row->desc.shape->nbytes : row->desc.end - row->desc.start;
	row->vma_count = count_vmas(vmas, start, end);
	err = tally_range(input, start, end, &row->tally);
	if (!err)
		err = tally_range(input, inner_start, inner_end, &row->interior);
	row->range_pages = row->tally.pages;
	row->edge_pages = row->tally.pages - row->interior.pages;
	return err ? err : fill_heat(input, start, end, cells, &row->heat);
}

int process_snapshot__sum(struct process_snapshot *process, const struct tally_input *input)
{
	struct tally all = { 0 };
	size_t i;
	int err = 0;

	memset(&process->totals, 0, sizeof(process->totals));
	process->rss_pages = 0;
	for (i = 0; i < process->region_count; i++) {
		const struct region_row *region = &process->regions[i];

		tally_add(&process->totals, &region->tally);
		if (region->vma.kind != VMA_HUGETLB)
			process->rss_pages += region->tally.resident;
	}
	if (input->touch)
		err = tally_range(input, 0, UINT64_MAX - UINT64_MAX % input->page_bytes, &all);
	process->stray_faults = all.touch.pages_touched - process->totals.touch.pages_touched;
	return err;
}
