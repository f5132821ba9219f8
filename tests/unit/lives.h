/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A small address space whose every page keeps its own account, and the events that the
 * kernel side would send about it.
 */
#ifndef TESTS_LIVES_H
#define TESTS_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/page.h"
#include "facts/touch.h"
#include "model/lives/touch.h"

#define PAGE 4096u
#define CHUNKS 4u
#define PAGES (CHUNKS * CHUNK_PAGES)
#define BASE 0x10000000ull

struct page {
	enum page_state state;
	bool read, written, before, huge_seen;
};

/* An event, and what it borrows. */
struct late {
	struct map_event event;
	struct touch_chunk chunk;
};

struct world {
	uint64_t random;
	struct page pages[PAGES];
	struct touch_chunk kernel[CHUNKS];
	struct touch *touch;
	uint64_t ended; /* touched pages of lives that ended */
	uint64_t peak;	/* touched pages at one time */
	/* What happens during a scan is told to the window, and kept for the time after it. */
	bool scanning;
	bool ever[PAGES]; /* touched in a life that the page had during the scan */
	struct touch_map before;
	struct late *late;
	size_t late_count;
	size_t late_capacity;
};

struct span {
	uint32_t first, count;
};

/* NULL when there is no memory. */
struct world *world__new(uint64_t seed);
void world__free(struct world *world);

uint32_t below(struct world *world, uint32_t limit);
struct span any_span(struct world *world, uint32_t longest);
uint64_t address(uint32_t page);

/* The kernel's touched chunks, copied as they are. The caller deinits it. */
void copy_kernel(const struct world *world, struct touch_map *ret);

/* Notes the touched pages of now, as it happens before each call. */
void note_peak(struct world *world);
/* The pages with a bit in the kernel's table. */
uint64_t count_kernel(const struct world *world);

void op_populate(struct world *world);

/* One operation of all, drawn. */
void op_random(struct world *world);

/* The scan begins, or it is over and what came meanwhile is handled. */
void scan_begin(struct world *world);
void scan_end(struct world *world);

#endif
