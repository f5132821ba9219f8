/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the pagemap*.c files share. Nobody else includes it. */
#ifndef COLLECT_PAGEMAP_PRIV_H
#define COLLECT_PAGEMAP_PRIV_H

#include "collect/pages/pagemap.h"
#include "collect/pages/scan_ahead.h"
#include "collect/pages/scan_pace.h"
#include "collect/pages/uapi.h"
#include "collect/proc/smaps.h"

#define READ_WORDS (64u << 10) /* pages per pread, at most */
#define MOVE_PAGES_BATCH 4096u

/* A category of our own during a walk: PRESENT, and perhaps the zero page. */
#define PAGE_MAYBE_ZERO (1u << 30)

struct pagemap {
	int fd;
	enum page_reader reader;
	uint32_t known;
	uint64_t page_bytes;
	void (*walked)(uint64_t bytes);
	struct scan_pace pace;
	struct scan_ahead ahead;
	uint32_t pid;
	struct uapi_page_region *regions; /* SCAN: SCAN_REGIONS of them */
	uint64_t *words;		  /* READ: READ_WORDS of them */
	void **move_pages;		  /* READ: MOVE_PAGES_BATCH of each */
	int *move_status;
	uint64_t *move_frames;
	bool move_works;
	uint64_t zero_frame;	 /* READ: the number of its frame; 0: unknown */
	const struct proc *proc; /* READ */
	struct smaps smaps;	 /* READ: read when first needed */
	int smaps_error;	 /* 1: not read yet */
	int flags_fd;		 /* READ: of kpageflags, or -errno */
	uint64_t pmd_bytes;	 /* READ: of a huge page; 0: unknown */
	bool huge_unsure;	 /* READ: some pages may be huge or not */
};

/* One pagemap__scan call. */
struct page_walk {
	struct pagemap *pagemap;
	const struct vma *vma;
	uint64_t start;
	uint64_t end;
	struct extent_list *list;
	size_t first;		       /* extents before this one are of earlier calls */
	bool asked_for_swap, has_swap; /* of the machine, read when needed */
	uint64_t unreadable;
};

/* Normalizes the categories, drops what is not memory, joins with the previous extent. */
int page_walk__add(struct page_walk *walk, uint64_t start, uint64_t end, uint32_t categories);

/*
 * Adds [start, end), or joins it with the previous extent; those before first belong to earlier
 * calls.
 */
int extent_list__add(struct extent_list *list, size_t first, uint64_t start, uint64_t end,
		     uint32_t categories);

int page_walk__run_scan(struct page_walk *walk);
int page_walk__run_read(struct page_walk *walk);

/* Which categories the kernel supports for this descriptor. 0 or -errno. */
int pagemap_probe_categories(int fd, uint32_t *ret);

int pagemap_init_read(struct pagemap *pagemap);

/* What smaps says of the walk's VMA, if the walk covers all of it; else NULL. */
const struct smaps_vma *pagemap_smaps_of(struct pagemap *pagemap, const struct page_walk *walk);

/* The categories of a zero page that was read with these. */
uint32_t pagemap_zero_categories(const struct pagemap *pagemap, uint32_t categories);

/* READ: resolves PAGE_MAYBE_ZERO by the VMA's Rss, or else counts it as unreadable. */
void page_walk__tell_zero(struct page_walk *walk);

/* READ: sets HUGE or MAYBE_HUGE in what the walk found. 0 or -ENOMEM. */
int page_walk__tell_huge(struct page_walk *walk);

#endif
