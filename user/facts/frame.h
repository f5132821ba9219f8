/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The frames of physical memory that hold a process's pages. */
#ifndef FACTS_FRAME_H
#define FACTS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages [start, end) (bytes, page-aligned) that are also consecutive in physical memory. */
struct frame_run {
	uint64_t start;
	uint64_t end;
	uint64_t first; /* page frame number of the first page */
	bool exclusive; /* mapped once, by this process alone */
};

struct frame_list {
	struct frame_run *runs; /* in address order, disjoint */
	size_t count;
	size_t capacity;
};

#endif
