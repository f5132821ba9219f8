/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The lists of a process between the two forms that they have: shared by moments, and as plain
 * arrays, which those who count or render go over.
 */
#ifndef MODEL_MOMENT_LISTS_H
#define MODEL_MOMENT_LISTS_H

#include "facts/array.h"
#include "facts/cached.h"
#include "facts/frame.h"
#include "facts/vma.h"
#include "model/moment.h"
#include "model/page_state.h"
#include "model/touch_facts.h"

struct process_lists { /* all zero is a process without memory */
	struct vma_list vmas;
	struct page_runs runs;
	struct frame_list frames;
	struct array_list arrays;
	struct touch_facts touch;
	struct cached_list cached;
	unsigned int borrowed; /* 1 << enum moment_list: the items of these belong to a moment */
};

/* Where a list has its items, and how many. */
struct list_place {
	void **items;
	size_t *count;
};

struct list_place process_lists__place(struct process_lists *lists, enum moment_list which);

/* The process, which has none yet, keeps copies of the lists and of all they point to. 0 or -ENOMEM. */
int process_moment__keep(struct process_moment *process, const struct process_lists *lists);

/* Its resident pages, those of hugetlb too. 0 or -ENOMEM. */
int process_moment__resident(const struct process_moment *process, uint64_t page_bytes,
			     uint64_t *ret);

/*
 * Resident pages without hugetlb, as in RSS, of all processes, or of those that `of` has as well (NULL:
 * all): a page that several of them map counts in each. 0 or -ENOMEM.
 */
int moment__rss(const struct moment *moment, const struct moment *of, uint64_t *ret);

/* The same of those that had not ended, which are what polls of RSS see. 0 or -ENOMEM. */
int moment__rss_alive(const struct moment *moment, uint64_t *ret);

/*
 * For a moment that is kept beside others: what is equal in `before`, process by process, is shared
 * with it. before: a moment that was itself made ready by a call of this, or NULL for the first.
 * The moment says what it said; no rows of it were made, and no sum has it yet. 0 or -ENOMEM: less
 * is shared.
 */
int moment__share(struct moment *moment, const struct moment *before);

/* The same for one process, where `before` is that process earlier, or NULL. */
int process_moment__share(struct process_moment *process, const struct process_moment *before);

/* Whether both share all of their lists: then they are equal. */
bool process_moment__same_lists(const struct process_moment *left,
				const struct process_moment *right);

/*
 * The process's lists as arrays, with what is in them borrowed from it. *ret is the caller's to
 * deinit, also on failure. 0 or -ENOMEM.
 */
int process_lists__of(const struct process_moment *process, struct process_lists *ret);
void process_lists__deinit(struct process_lists *lists);

#endif
