/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the page tables say: categories as they were read (extent), and the one state that the model
 * derives for each page (page_run).
 */
#ifndef FACTS_PAGE_H
#define FACTS_PAGE_H

#include <stddef.h>
#include <stdint.h>

/* Bit positions of PAGEMAP_SCAN (include/uapi/linux/fs.h, v6.7; GUARD: v6.15, a516403787e0). */
enum page_category {
	PAGE_IS_FILE_BIT = 1u << 2,
	PAGE_IS_PRESENT_BIT = 1u << 3,
	PAGE_IS_SWAPPED_BIT = 1u << 4,
	PAGE_IS_PFNZERO_BIT = 1u << 5,
	PAGE_IS_HUGE_BIT = 1u << 6,
	PAGE_IS_GUARD_BIT = 1u << 8,
	/* Our own, set by the READ reader: a small page that may be part of a huge page. */
	PAGE_MAYBE_HUGE_BIT = 1u << 31,
};

/* Pages [start, end) in bytes, page-aligned, that share one set of categories. */
struct extent {
	uint64_t start;
	uint64_t end;
	uint32_t categories; /* enum page_category */
};

struct extent_list {
	struct extent *extents;
	size_t count;
	size_t capacity;
};

/* Every page of a process is in exactly one of these (docs/OUTPUT.md, `states`). */
enum page_state {
	PAGE_ABSENT,
	PAGE_ZERO,
	PAGE_ZERO_HUGE,
	PAGE_ANON,
	PAGE_ANON_HUGE,
	PAGE_FILE,
	PAGE_SHMEM,
	PAGE_SWAPPED,
	PAGE_GUARD,
	PAGE_STATES,
};

#endif
