/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the pagemap*.c files share. Nobody else includes it. */
#ifndef COLLECT_PAGEMAP_PRIV_H
#define COLLECT_PAGEMAP_PRIV_H

#include "collect/pages/pagemap.h"
#include "collect/pages/uapi.h"

#define SCAN_REGIONS 512u      /* what the kernel buffers at a time (PAGEMAP_WALK_SIZE) */
#define READ_WORDS (64u << 10) /* pages a pread */
#define MOVE_PAGES_BATCH 4096u

struct pagemap {
	int fd;
	enum page_reader reader;
	uint32_t known;
	uint64_t page_bytes;
	uint32_t pid;
	struct uapi_page_region *regions; /* SCAN: SCAN_REGIONS of them */
	uint64_t *words;		  /* READ: READ_WORDS of them */
	void **move_pages;		  /* READ: MOVE_PAGES_BATCH of each */
	int *move_status;
	bool move_works;
};

/* One pagemap__scan call. */
struct page_walk {
	struct pagemap *pagemap;
	const struct vma *vma;
	uint64_t start;
	uint64_t end;
	struct extent_list *list;
	size_t first;		       /* extents before this one are of earlier calls */
	bool asked_for_swap, has_swap; /* the machine, once it matters */
	uint64_t unreadable;
};

/* Normalises the categories, drops what is no memory, joins with the extent before. */
int page_walk__add(struct page_walk *walk, uint64_t start, uint64_t end, uint32_t categories);

int page_walk__run_scan(struct page_walk *walk);
int page_walk__run_read(struct page_walk *walk);

/* Which categories the kernel knows for this descriptor. 0 or -errno. */
int pagemap_probe_categories(int fd, uint32_t *ret);

int pagemap_init_read(struct pagemap *pagemap);

#endif
