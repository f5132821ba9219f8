/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A stretch of address space that is mapped, moved and touched at random, with
 * books of every page.
 */
#ifndef WORKLOAD_RANDOM_H
#define WORKLOAD_RANDOM_H

#include "books.h"

/* Beside the scenarios' slots; 24 chunks of 512 pages and one page. */
#define RANDOM_START 0x3000000000ull
#define RANDOM_PAGES 12289u

struct random_world {
	struct books books;
	struct book *book;
	uint64_t seed;
	uint32_t next_id;
	size_t locked_pages;
	bool plain; /* neither populates nor locks what is mapped */
	/* Of each page: which mmap or mremap it came by (0: not mapped), and whether it is locked. */
	uint32_t id[RANDOM_PAGES];
	bool locked[RANDOM_PAGES];
};

/* From 0 to below. */
uint64_t random_below(struct random_world *world, uint64_t below);

/* Plays one operation chosen at random; it always succeeds or ends the program. */
void random_step(struct random_world *world);

#endif
