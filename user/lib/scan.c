/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One process opened, scanned and counted. */
#include "lib/scan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int scan__open(struct scan *scan, pid_t pid)
{
	int err;

	memset(scan, 0, sizeof(*scan));
	if (pid < 0)
		return -EINVAL;
	scan->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	err = procfs__open("/proc", &scan->procfs);
	if (!err && pid)
		err = proc__open(scan->procfs, (uint32_t)pid, &scan->proc);
	else if (!err)
		err = proc__open_self(scan->procfs, &scan->proc);
	if (!err)
		err = pagemap__open(scan->proc, PAGE_READER_AUTO, &scan->pagemap);
	if (!err)
		err = maps_read(scan->proc, &scan->vmas);
	if (err)
		scan__close(scan);
	return err;
}

void scan__close(struct scan *scan)
{
	extent_list__deinit(&scan->extents);
	vma_list__deinit(&scan->vmas);
	pagemap__close(scan->pagemap);
	proc__close(scan->proc);
	procfs__close(scan->procfs);
}

int scan__run(struct scan *scan, uint64_t start, uint64_t end, struct page_runs *runs)
{
	const struct vma_list *vmas = &scan->vmas;
	size_t i;
	int err = 0;

	for (i = vma_list__first_above(vmas, start);
	     !err && i < vmas->count && vmas->vmas[i].start < end; i++) {
		const struct vma *vma = &vmas->vmas[i];
		uint64_t from = vma->start > start ? vma->start : start;
		uint64_t till = vma->end < end ? vma->end : end;

		scan->extents.count = 0;
		err = pagemap__scan(scan->pagemap, vma, from, till, &scan->extents,
				    &scan->unreadable);
		if (!err)
			err = page_runs__replace(runs, from, till, vma, scan->extents.extents,
						 scan->extents.count);
	}
	return err;
}

uint64_t scan__merged(const struct scan *scan)
{
	uint32_t known = pagemap__known_categories(scan->pagemap);
	uint64_t merged = 0;

	if (!(known & PAGE_IS_HUGE_BIT))
		merged |= 1u << PAGEWATCH_ANON_HUGE | 1u << PAGEWATCH_ZERO_HUGE;
	if (!(known & PAGE_IS_PFNZERO_BIT))
		merged |= 1u << PAGEWATCH_ZERO | 1u << PAGEWATCH_ZERO_HUGE;
	return merged;
}

static void add_pages(struct pagewatch_pages *ret, enum page_state state, uint64_t pages)
{
	uint64_t *const counts[PAGE_STATES] = {
		[PAGE_ABSENT] = &ret->absent,	    [PAGE_ZERO] = &ret->zero,
		[PAGE_ZERO_HUGE] = &ret->zero_huge, [PAGE_ANON] = &ret->anon,
		[PAGE_ANON_HUGE] = &ret->anon_huge, [PAGE_FILE] = &ret->file,
		[PAGE_SHMEM] = &ret->shmem,	    [PAGE_SWAPPED] = &ret->swapped,
		[PAGE_GUARD] = &ret->guard,
	};

	*counts[state] += pages;
	if (page_state_resident(state))
		ret->resident += pages;
}

void pages_count(const struct page_runs *runs, uint64_t page_bytes, uint64_t start, uint64_t end,
		 struct pagewatch_pages *ret)
{
	uint64_t pages = (end - start) / page_bytes, there = 0;
	size_t at = page_runs__lower_bound(runs, start);
	struct page_run part;

	while (page_runs__part(runs, &at, start, end, &part)) {
		add_pages(ret, part.state, (part.end - part.start) / page_bytes);
		there += (part.end - part.start) / page_bytes;
	}
	add_pages(ret, PAGE_ABSENT, pages - there);
	ret->pages += pages;
}

int give_struct(const void *ours, size_t bytes, size_t oldest, void *ret, size_t ret_bytes)
{
	if (!ret || ret_bytes < oldest)
		return -EINVAL;
	memset(ret, 0, ret_bytes);
	memcpy(ret, ours, ret_bytes < bytes ? ret_bytes : bytes);
	return 0;
}
