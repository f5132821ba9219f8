/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How much of what is mapped from files and shared memory is in memory, mapped or not: what the
 * page cache says, which the page tables of a process do not show.
 */
#ifndef FACTS_CACHED_H
#define FACTS_CACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why the page cache of a range is known, or is not. */
enum cached_answer {
	CACHED_KNOWN,
	CACHED_HIDDEN, /* the kernel tells it to the file's owner, and to who may write it */
	CACHED_CLOSED, /* the file could not be opened */
	CACHED_UNTOLD, /* nobody tells: hugetlbfs, DAX, a device */
	CACHED_LATE,   /* asking would have taken too long */
	CACHED_ANSWERS,
};

/* Pages [start, end) in bytes, page-aligned, of one mapping; counts are pages. */
struct cached_run {
	uint64_t start;
	uint64_t end;
	uint64_t cached;
	uint64_t dirty;
	uint64_t swapped; /* of shared memory: in swap space */
	enum cached_answer answer;
	bool tells_dirty;
	bool tells_swapped; /* a file of a disk is never in swap space */
};

struct cached_list { /* sorted, disjoint */
	struct cached_run *runs;
	size_t count;
	size_t capacity;
};

#endif
