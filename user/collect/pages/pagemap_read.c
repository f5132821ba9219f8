/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The pread reader, for kernels without PAGEMAP_SCAN, and to check the other reader. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "collect/pages/frame_flags.h"
#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"

/* Without target nodes it moves nothing and reports where each page is. */
static int query_pages(uint32_t pid, size_t count, void **pages, int *status)
{
	return syscall(SYS_move_pages, (pid_t)pid, count, pages, NULL, status, 0) ? -errno : 0;
}

/* Of a batch. The thread through which the memory was reached may have ended. */
static int ask_for_batch(struct pagemap *pagemap, size_t count)
{
	uint32_t before = pagemap->pid;
	int err;

	err = query_pages(before, count, pagemap->move_pages, pagemap->move_status);
	if (!err || proc__living_thread(pagemap->proc, &pagemap->pid) || pagemap->pid == before)
		return err;
	return query_pages(pagemap->pid, count, pagemap->move_pages, pagemap->move_status);
}

/* The kernel walks the page tables for this, too. */
static int query_batch(struct pagemap *pagemap, size_t count)
{
	uint64_t begin_ns = scan_pace__begin(&pagemap->pace);
	int err = ask_for_batch(pagemap, count);

	scan_pace__end(&pagemap->pace, begin_ns);
	return err;
}

int pagemap_init_read(struct pagemap *pagemap)
{
	uint32_t scan_known;

	pagemap->words = calloc(READ_WORDS, sizeof(*pagemap->words));
	pagemap->move_pages = calloc(MOVE_PAGES_BATCH, sizeof(*pagemap->move_pages));
	pagemap->move_status = calloc(MOVE_PAGES_BATCH, sizeof(*pagemap->move_status));
	pagemap->move_frames = calloc(MOVE_PAGES_BATCH, sizeof(*pagemap->move_frames));
	if (!pagemap->words || !pagemap->move_pages || !pagemap->move_status ||
	    !pagemap->move_frames)
		return -ENOMEM;
	pagemap->flags_fd = frame_flags_open(pagemap->proc);
	pagemap->reader = PAGE_READER_READ;
	pagemap->known = PAGE_IS_FILE_BIT | PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT;
	pagemap->move_works = !query_pages(pagemap->pid, 0, NULL, NULL);
	if (pagemap->move_works)
		pagemap->known |= PAGE_IS_PFNZERO_BIT;
	/*
	 * Guard pages came in v6.13 (662df3e5c376), their bit and category in v6.15 (a516403787e0).
	 * In between they read as swapped.
	 */
	if (pagemap_probe_categories(pagemap->fd, &scan_known) || (scan_known & PAGE_IS_GUARD_BIT))
		pagemap->known |= PAGE_IS_GUARD_BIT;
	return 0;
}

/*
 * The zero page exists only in private mappings and belongs to nobody. The huge zero page has the
 * FILE bit, which no other page of an anonymous mapping has.
 */
static bool may_be_zero(const struct vma *vma, uint64_t word)
{
	if (!(word & UAPI_PM_PRESENT) || (word & UAPI_PM_EXCLUSIVE))
		return false;
	if (vma->shared || vma->kind == VMA_HUGETLB)
		return false;
	if (!(word & UAPI_PM_FILE))
		return true;
	return vma->kind == VMA_ANON || vma->kind == VMA_HEAP || vma->kind == VMA_STACK;
}

/* If move_pages does not work (it needs CONFIG_NUMA), root can read the frame's flags. */
static void tell_by_frame(struct pagemap *pagemap, uint64_t frame, uint64_t *categories)
{
	uint64_t flags = 0;

	if (frame && frame == pagemap->zero_frame)
		flags = FRAME_IS_ZERO_PAGE;
	else if (!frame || frame_flags_read(pagemap->flags_fd, frame, &flags))
		*categories |= PAGE_MAYBE_ZERO;
	if (!(flags & FRAME_IS_ZERO_PAGE))
		return;
	pagemap->zero_frame = frame;
	*categories = pagemap_zero_categories(pagemap, (uint32_t)*categories);
}

/* Resolves the pages of the batch, which are in the window that starts at window. */
static void resolve_batch(struct page_walk *walk, uint64_t window, size_t count)
{
	struct pagemap *pagemap = walk->pagemap;
	size_t i;

	if (!count)
		return;
	if (!pagemap->move_works || query_batch(pagemap, count)) {
		for (i = 0; i < count; i++) {
			uint64_t address = (uintptr_t)pagemap->move_pages[i];

			tell_by_frame(pagemap, pagemap->move_frames[i],
				      &pagemap->words[(address - window) / pagemap->page_bytes]);
		}
		return;
	}
	for (i = 0; i < count; i++) {
		uint64_t address = (uintptr_t)pagemap->move_pages[i];
		uint64_t *categories = &pagemap->words[(address - window) / pagemap->page_bytes];
		int status = pagemap->move_status[i];

		if (status == -EFAULT)
			*categories = pagemap_zero_categories(pagemap, (uint32_t)*categories);
		else if (status == -ENOENT)
			*categories = 0; /* dropped after we read the word */
		else if (status < 0)
			walk->unreadable++;
	}
}

/* Turns the words of a window into categories, in place. */
static void decode_window(struct page_walk *walk, uint64_t window, size_t count)
{
	struct pagemap *pagemap = walk->pagemap;
	size_t i, batch = 0;

	for (i = 0; i < count; i++) {
		uint64_t word = pagemap->words[i];
		uint64_t address = window + i * pagemap->page_bytes;

		pagemap->words[i] = pagemap_word__categories(word);
		if (!may_be_zero(walk->vma, word))
			continue;
		pagemap->move_frames[batch] = word & UAPI_PM_FRAME;
		pagemap->move_pages[batch++] = (void *)(uintptr_t)address;
		if (batch == MOVE_PAGES_BATCH) {
			resolve_batch(walk, window, batch);
			batch = 0;
		}
	}
	resolve_batch(walk, window, batch);
}

static int add_window(struct page_walk *walk, uint64_t window, size_t count)
{
	struct pagemap *pagemap = walk->pagemap;
	size_t i, next;
	int err;

	for (i = 0; i < count; i = next) {
		for (next = i + 1; next < count; next++) {
			if (pagemap->words[next] != pagemap->words[i])
				break;
		}
		err = page_walk__add(walk, window + i * pagemap->page_bytes,
				     window + next * pagemap->page_bytes,
				     (uint32_t)pagemap->words[i]);
		if (err)
			return err;
	}
	return 0;
}

/* Reads the words of a window, as large as the pace allows. Returns their number, or -errno. */
static ssize_t read_window(struct pagemap *pagemap, uint64_t at, uint64_t *pages)
{
	uint64_t most = pagemap->pace.pages < READ_WORDS ? pagemap->pace.pages : READ_WORDS;
	uint64_t begin_ns, took_ns;
	ssize_t got;

	if (*pages > most)
		*pages = most;
	begin_ns = scan_pace__begin(&pagemap->pace);
	got = pagemap_words__read(pagemap->fd, pagemap->page_bytes, at, pagemap->words, *pages);
	took_ns = scan_pace__end(&pagemap->pace, begin_ns);
	if (*pages == most)
		scan_pace__adapt_pages(&pagemap->pace, took_ns);
	return got;
}

int page_walk__run_read(struct page_walk *walk)
{
	struct pagemap *pagemap = walk->pagemap;
	const uint64_t page = pagemap->page_bytes;
	uint64_t at = walk->start;

	while (at < walk->end) {
		uint64_t pages = (walk->end - at) / page;
		ssize_t got = read_window(pagemap, at, &pages);
		int err;

		if (got == -ESRCH || got == -EPERM || got == -EACCES)
			return (int)got;
		if (got < 0) {
			walk->unreadable += pages;
			at += pages * page;
			continue;
		}
		pages = (uint64_t)got;
		if (!pages)
			return -ESRCH;
		decode_window(walk, at, pages);
		err = add_window(walk, at, pages);
		if (err)
			return err;
		at += pages * page;
		pagemap->walked(pages * page);
	}
	page_walk__tell_zero(walk);
	return page_walk__tell_huge(walk);
}
