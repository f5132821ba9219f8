/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Rows of a snapshot. */
#include "model/rows/rows.h"

#include <errno.h>
#include <string.h>

#include "model/index/array_pages.h"
#include "facts/map_change.h"

int row_fill_region(const struct tally_input *input, struct region_row *row)
{
	const struct interval all = { .start = row->vma.start, .end = row->vma.end, .value = 0 };

	if (input->frames)
		row->frames = frames_tally(input->frames,
					   &(struct intervals){ (struct interval *)&all, 1, 1 },
					   input->page_bytes);
	return tally_range(input, row->vma.start, row->vma.end, &row->tally);
}

/* The part of the ranges that lies in [start, end). */
static int tally_ranges(const struct tally_input *input, const struct intervals *ranges,
			uint64_t start, uint64_t end, struct tally *ret)
{
	size_t at = intervals__first(ranges, start);
	struct interval part;
	struct tally tally;
	int err;

	memset(ret, 0, sizeof(*ret));
	while (intervals__part(ranges, &at, start, end, &part)) {
		err = tally_range(input, part.start, part.end, &tally);
		if (err)
			return err;
		tally_add(ret, &tally);
		ret->touch.chunk_shared |= tally.touch.chunk_shared;
	}
	return 0;
}

/* Left unknown if the pages themselves are a guess. */
static int fill_shared(const struct array_desc *desc, uint64_t page, bool listed,
		       struct array_row *row)
{
	uint64_t own;
	int err;

	if (!listed)
		return 0;
	err = array_own_pages(desc, page, &own);
	row->shared_known = !err;
	row->shared_pages = err ? 0 : row->tally.pages - own;
	return err == -E2BIG ? 0 : err;
}

int row_fill_array(const struct tally_input *input, const struct vma_list *vmas,
		   struct array_row *row, struct intervals *pages)
{
	uint64_t page = input->page_bytes;
	uint64_t start = row->desc.start - row->desc.start % page;
	uint64_t end = row->desc.end + (page - row->desc.end % page) % page;
	uint64_t inner_start = row->desc.start + (page - row->desc.start % page) % page;
	uint64_t inner_end = row->desc.end - row->desc.end % page;
	bool listed;
	int err;

	row->nbytes = row->desc.shape ? row->desc.shape->nbytes : row->desc.end - row->desc.start;
	row->vma_count = (uint32_t)vma_list__count(vmas, start, end);
	row->range_pages = (end - start) / page;
	err = array_pages(&row->desc, page, pages);
	listed = !err;
	/* Too many separate ranges to list: uses the whole range. */
	if (err == -E2BIG)
		err = intervals__set(pages, start, end, 0);
	if (!err)
		err = tally_ranges(input, pages, start, end, &row->tally);
	if (!err)
		err = tally_ranges(input, pages, inner_start, inner_end, &row->interior);
	row->edge_pages = row->tally.pages - row->interior.pages;
	if (!err)
		err = fill_shared(&row->desc, page, listed, row);
	if (!err && input->frames)
		row->frames = frames_tally(input->frames, pages, page);
	return err;
}

/* Touches between the regions, which are in address order. */
static int sum_strays(const struct process_snapshot *process, const struct tally_input *input,
		      uint64_t *ret)
{
	uint64_t end = MAP_CHANGE_ASIDE, at = 0;
	int err = 0;
	size_t i;

	*ret = 0;
	for (i = 0; !err && i <= process->region_count; i++) {
		const struct vma *vma = i < process->region_count ? &process->regions[i].vma : NULL;
		uint64_t next = vma ? vma->start : end;
		struct tally gap = { 0 };

		if (at < next)
			err = tally_range(input, at, next, &gap);
		*ret += gap.touch.pages_touched;
		if (vma && vma->end > at)
			at = vma->end;
	}
	return err;
}

static void add_rss(struct process_snapshot *process, const struct tally *tally)
{
	process->rss_pages += tally->resident;
	process->rss_kinds.anon += tally->states[PAGE_ANON] + tally->states[PAGE_ANON_HUGE];
	process->rss_kinds.file += tally->states[PAGE_FILE];
	process->rss_kinds.shmem += tally->states[PAGE_SHMEM];
}

int process_snapshot__sum(struct process_snapshot *process, const struct tally_input *input)
{
	size_t i;

	memset(&process->totals, 0, sizeof(process->totals));
	process->rss_pages = 0;
	memset(&process->rss_kinds, 0, sizeof(process->rss_kinds));
	for (i = 0; i < process->region_count; i++) {
		const struct region_row *region = &process->regions[i];

		tally_add(&process->totals, &region->tally);
		if (region->vma.kind != VMA_HUGETLB)
			add_rss(process, &region->tally);
	}
	process->stray_faults = 0;
	return input->touched ? sum_strays(process, input, &process->stray_faults) : 0;
}
