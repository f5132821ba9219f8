/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A snapshot of a process: every mapping, and the sums. */
#include <errno.h>

#include "lib/pagewatch.h"
#include "lib/scan.h"

_Static_assert((int)PAGEWATCH_GUARD + 1 == (int)PAGE_STATES, "the states are those of the model");
_Static_assert((int)PAGEWATCH_KIND_SPECIAL + 1 == (int)VMA_KINDS,
	       "the kinds are those of the facts");

static struct pagewatch_region describe_vma(const struct vma *vma)
{
	return (struct pagewatch_region){
		.start = vma->start,
		.end = vma->end,
		.kind = (uint32_t)vma->kind,
		.flags = (vma->readable ? PAGEWATCH_READ : 0) |
			 (vma->writable ? PAGEWATCH_WRITE : 0) |
			 (vma->executable ? PAGEWATCH_EXECUTE : 0) |
			 (vma->shared ? PAGEWATCH_SHARED : 0),
		.path = vma->path,
	};
}

static void add_pages(struct pagewatch_pages *sum, const struct pagewatch_pages *part)
{
	sum->pages += part->pages;
	sum->resident += part->resident;
	sum->absent += part->absent;
	sum->zero += part->zero;
	sum->zero_huge += part->zero_huge;
	sum->anon += part->anon;
	sum->anon_huge += part->anon_huge;
	sum->file += part->file;
	sum->shmem += part->shmem;
	sum->swapped += part->swapped;
	sum->guard += part->guard;
}

int pagewatch_snapshot(pid_t pid, int (*visit)(void *ctx, const struct pagewatch_region *region),
		       void *ctx, struct pagewatch_totals *totals, size_t totals_bytes)
{
	struct pagewatch_totals sum = { 0 };
	struct page_runs runs = { 0 };
	struct scan scan;
	size_t i;
	int err;

	if (totals && totals_bytes < sizeof(sum))
		return -EINVAL;
	err = scan__open(&scan, pid);
	if (err)
		return err;
	for (i = 0; i < scan.vmas.count; i++) {
		struct pagewatch_region region = describe_vma(&scan.vmas.vmas[i]);

		runs.count = 0;
		err = scan__run(&scan, region.start, region.end, &runs);
		if (err)
			break;
		pages_count(&runs, scan.page_bytes, region.start, region.end, &region.pages);
		add_pages(&sum.pages, &region.pages);
		if (region.kind != PAGEWATCH_KIND_HUGETLB)
			sum.rss_pages += region.pages.resident;
		err = visit ? visit(ctx, &region) : 0;
		if (err)
			break;
	}
	sum.page_bytes = scan.page_bytes;
	sum.regions = scan.vmas.count;
	sum.unreadable = scan.unreadable;
	sum.merged = scan__merged(&scan);
	page_runs__deinit(&runs);
	scan__close(&scan);
	if (!err && totals)
		err = give_struct(&sum, sizeof(sum), sizeof(sum), totals, totals_bytes);
	return err;
}
