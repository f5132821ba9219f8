/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The PAGEMAP_SCAN reader. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"

#define SWAP_WORDS 512u

/* HUGE, FILE and PFNZERO only come with PRESENT or SWAPPED. */
#define WANTED (PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT | PAGE_IS_GUARD_BIT)

static int scan_ioctl(int fd, struct uapi_pm_scan_arg *arg)
{
	int count;

	do {
		count = ioctl(fd, UAPI_PAGEMAP_SCAN, arg);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

/* An empty range is checked like any other and costs nothing. */
static int try_categories(int fd, uint32_t categories)
{
	struct uapi_pm_scan_arg arg = {
		.size = sizeof(arg),
		.category_anyof_mask = categories,
		.return_mask = categories,
	};

	return scan_ioctl(fd, &arg);
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

/* One call, as large as the pace allows. Returns the number of regions, or -errno. */
static int scan_window(struct page_walk *walk, struct uapi_pm_scan_arg *arg)
{
	struct pagemap *pagemap = walk->pagemap;
	/* A page table is one page of words. */
	const uint64_t table_bytes = pagemap->page_bytes / sizeof(uint64_t) * pagemap->page_bytes;
	uint64_t bytes = pagemap->pace.tables * table_bytes, begin_ns, took_ns;
	int count;

	arg->end = walk->end - arg->start > bytes ? arg->start + bytes : walk->end;
	arg->max_pages = pagemap->pace.pages;
	begin_ns = scan_pace__begin(&pagemap->pace);
	count = scan_ioctl(pagemap->fd, arg);
	took_ns = scan_pace__end(&pagemap->pace, begin_ns);
	if (arg->walk_end < arg->end)
		scan_pace__adapt_pages(&pagemap->pace, took_ns);
	else if (arg->end < walk->end)
		scan_pace__adapt_tables(&pagemap->pace, took_ns);
	return count;
}

int page_walk__run_scan(struct page_walk *walk)
{
	struct pagemap *pagemap = walk->pagemap;
	struct uapi_pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = walk->start,
		.vec = (uintptr_t)pagemap->regions,
		.vec_len = SCAN_REGIONS,
		.category_anyof_mask = pagemap->known & WANTED,
		.return_mask = pagemap->known,
	};

	while (arg.start < walk->end) {
		int count = scan_window(walk, &arg);
		int err, i;

		if (count < 0)
			return count;
		/* If the kernel misbehaves, this is an error and not an endless loop. */
		if (arg.walk_end <= arg.start || (uint32_t)count > SCAN_REGIONS)
			return -EIO;
		for (i = 0; i < count; i++) {
			err = add_region(walk, &pagemap->regions[i]);
			if (err)
				return err;
		}
		arg.start = arg.walk_end;
	}
	return 0;
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
