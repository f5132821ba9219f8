/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The state of every page of a process as runs; pages in no run are absent.
 */
#ifndef MODEL_PAGE_STATE_H
#define MODEL_PAGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intervals.h"
#include "facts/page.h"
#include "facts/vma.h"

/* The one state of a page with these categories in this VMA (docs/OUTPUT.md, `states`). */
enum page_state page_state_of(const struct vma *vma, uint32_t categories);

/* Whether memory is charged: anon, anon_huge, file, shmem. */
bool page_state_resident(enum page_state state);

/* "absent", "zero", ...: the words of the JSON contract, of recordings and of docs/OUTPUT.md. */
extern const char *const page_state_names[PAGE_STATES];
const char *page_state_name(enum page_state state);

struct page_run {
	uint64_t start; /* bytes, page-aligned, half-open */
	uint64_t end;
	enum page_state state; /* never PAGE_ABSENT */
	bool maybe_huge;       /* PAGE_ANON that the reader could not tell from PAGE_ANON_HUGE */
};

struct page_runs { /* all zero is a process of absent pages */
	struct page_run *runs;
	size_t count;
	size_t capacity;
};

void page_runs__deinit(struct page_runs *runs);

/*
 * Replaces what is known of [start, end) by the extents of a scan of that range (in address order,
 * within vma). Appending in address order is O(1) amortized.
 */
int page_runs__replace(struct page_runs *runs, uint64_t start, uint64_t end, const struct vma *vma,
		       const struct extent *extents, size_t count);

/*
 * *ret, empty at first: what `fresh` has in the ranges, and what `old` has elsewhere. 0 or -ENOMEM,
 * and then *ret is to be deinited all the same.
 */
int page_runs__merge(const struct page_runs *old, const struct page_runs *fresh,
		     const struct intervals *ranges, struct page_runs *ret);

/* Bytes of the pages that have another state in one than in the other. */
uint64_t page_runs__differ(const struct page_runs *left, const struct page_runs *right);

/* Index of the first run with end > address; count if there is none. */
size_t page_runs__lower_bound(const struct page_runs *runs, uint64_t address);

/*
 * The part of run *at that lies within [start, end), where *at is page_runs__lower_bound of start
 * at first; the next call is for the next run. False: none is left.
 */
bool page_runs__part(const struct page_runs *runs, size_t *at, uint64_t start, uint64_t end,
		     struct page_run *ret);

#endif
