/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The PAGEMAP_SCAN reader. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"
#include "collect/pages/scan_ahead.h"
#include "collect/pages/scan_call.h"

#define SWAP_WORDS 512u

/* HUGE, FILE and PFNZERO only come with PRESENT or SWAPPED. */
#define WANTED (PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT | PAGE_IS_GUARD_BIT)

/* An empty range is checked like any other and costs nothing. */
static int try_categories(int fd, uint32_t categories)
{
	struct uapi_pm_scan_arg arg = {
		.size = sizeof(arg),
		.category_anyof_mask = categories,
		.return_mask = categories,
	};

	return scan_call(fd, &arg);
}

int pagemap_probe_categories(int fd, uint32_t *ret)
{
	static const uint32_t categories[] = {
		PAGE_IS_FILE_BIT,    PAGE_IS_PRESENT_BIT, PAGE_IS_SWAPPED_BIT,
		PAGE_IS_PFNZERO_BIT, PAGE_IS_HUGE_BIT,	  PAGE_IS_GUARD_BIT,
	};
	const uint32_t needed = PAGE_IS_FILE_BIT | PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT;
	uint32_t known = 0;
	size_t i;

	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		int err = try_categories(fd, categories[i]);

		if (!err)
			known |= categories[i];
		else if (err != -EINVAL && err != -ENOTTY)
			return err;
	}
	if ((known & needed) != needed)
		return -EOPNOTSUPP;
	*ret = known;
	return 0;
}

/*
 * Reads the words behind SWAPPED, which PAGEMAP_SCAN reports for every swap entry. They are read
 * later: a page that was moved meanwhile is back, and as huge as it was.
 */
static int add_swapped(struct page_walk *walk, const struct uapi_page_region *region)
{
	const struct pagemap *pagemap = walk->pagemap;
	uint64_t at = region->start, words[SWAP_WORDS];

	while (at < region->end) {
		uint64_t wanted = (region->end - at) / pagemap->page_bytes;
		ssize_t i, got;

		got = pagemap_words__read(pagemap->fd, pagemap->page_bytes, at, words,
					  wanted < SWAP_WORDS ? wanted : SWAP_WORDS);
		if (got <= 0)
			return page_walk__add(walk, at, region->end, (uint32_t)region->categories);
		for (i = 0; i < got; i++, at += pagemap->page_bytes) {
			uint32_t categories = pagemap_word__categories(words[i]);
			int err;

			if (categories & PAGE_IS_PRESENT_BIT)
				categories |= (uint32_t)region->categories & PAGE_IS_HUGE_BIT;
			err = page_walk__add(walk, at, at + pagemap->page_bytes, categories);
			if (err)
				return err;
		}
	}
	return 0;
}

static int add_region(struct page_walk *walk, const struct uapi_page_region *region)
{
	if ((region->categories & PAGE_IS_SWAPPED_BIT) && !(region->categories & PAGE_IS_GUARD_BIT))
		return add_swapped(walk, region);
	return page_walk__add(walk, region->start, region->end, (uint32_t)region->categories);
}

/* A page table is one page of words. */
static uint64_t table_bytes(const struct pagemap *pagemap)
{
	return pagemap->page_bytes / sizeof(uint64_t) * pagemap->page_bytes;
}

/* One call up to end, as large as the pace allows. Returns the number of regions, or -errno. */
static int scan_window(struct pagemap *pagemap, uint64_t end, struct uapi_pm_scan_arg *arg)
{
	uint64_t bytes = pagemap->pace.tables * table_bytes(pagemap), begin_ns, took_ns;
	int count;

	arg->vec = (uintptr_t)pagemap->regions;
	arg->end = end - arg->start > bytes ? arg->start + bytes : end;
	begin_ns = scan_pace__begin(&pagemap->pace);
	count = scan_call(pagemap->fd, arg);
	took_ns = scan_pace__end(&pagemap->pace, begin_ns);
	scan_ahead__took(&pagemap->ahead, took_ns);
	if (arg->walk_end < arg->end)
		scan_pace__adapt_pages(&pagemap->pace, took_ns);
	else if (arg->end < end)
		scan_pace__adapt_tables(&pagemap->pace, took_ns);
	return count;
}

/* The next call: the one that was made ahead, or one of our own up to where that began. */
static int next_window(struct page_walk *walk, struct uapi_pm_scan_arg *arg)
{
	struct pagemap *pagemap = walk->pagemap;
	struct scan_ahead *ahead = &pagemap->ahead;

	arg->max_pages = pagemap->pace.pages;
	if (scan_ahead__reached(ahead, arg->start))
		return scan_ahead__take(ahead, arg);
	if (pagemap->pace.unhurried)
		scan_ahead__begin(ahead, pagemap->fd, arg, walk->end);
	return scan_window(pagemap, scan_ahead__limit(ahead, walk->end), arg);
}

static int add_regions(struct page_walk *walk, const struct uapi_page_region *regions, int count)
{
	int err = 0, i;

	for (i = 0; i < count && !err; i++)
		err = add_region(walk, &regions[i]);
	return err;
}

int page_walk__run_scan(struct page_walk *walk)
{
	struct pagemap *pagemap = walk->pagemap;
	struct uapi_pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = walk->start,
		.vec_len = SCAN_REGIONS,
		.category_anyof_mask = pagemap->known & WANTED,
		.return_mask = pagemap->known,
	};
	int err = 0;

	while (!err && arg.start < walk->end) {
		int count = next_window(walk, &arg);

		/* If the kernel misbehaves, this is an error and not an endless loop. */
		if (count < 0)
			err = count;
		else if (arg.walk_end <= arg.start || (uint32_t)count > SCAN_REGIONS)
			err = -EIO;
		else
			err = add_regions(walk, (void *)(uintptr_t)arg.vec, count);
		if (!err)
			pagemap->walked(arg.walk_end - arg.start);
		arg.start = arg.walk_end;
	}
	scan_ahead__abandon(&pagemap->ahead);
	return err;
}

int pagemap_probe_scan(uint32_t *categories)
{
	struct procfs *procfs = NULL;
	struct proc *self = NULL;
	int fd, err;

	err = procfs__open("/proc", &procfs);
	if (!err)
		err = proc__open(procfs, (uint32_t)getpid(), &self);
	if (err)
		goto out;
	fd = proc__open_file(self, "pagemap");
	err = fd < 0 ? fd : pagemap_probe_categories(fd, categories);
	if (fd >= 0)
		close(fd);
out:
	proc__close(self);
	procfs__close(procfs);
	return err;
}
