/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What calls did while the pages of an address space were scanned. Each page is as the scan saw
 * it: one that was there keeps the bits that a call took meanwhile; one that was not has none but
 * those from before the scan, and none at all where a call may have dropped it since.
 */
#ifndef MODEL_SCAN_WINDOW_H
#define MODEL_SCAN_WINDOW_H

#include <stdbool.h>

#include "facts/map_event.h"
#include "model/lives/chunk_bits.h"
#include "model/lives/replay.h"
#include "base/intervals.h"

struct scan_window {			/* all zero is none */
	const struct touch_map *before; /* the kernel's bits at its start; NULL: no scan goes on */
	struct chunk_bits taken;	/* by calls since, and what they moved, where it went */
	struct intervals dropped;	/* ranges of calls that began since */
	struct intervals moved_before;	/* pages of the baseline, where they went */
	struct intervals moved_huge;
	struct intervals moved_maybe; /* that may have been huge */
	struct replay replay;	      /* of the calls that were in it, without their bits */
};

void scan_window__deinit(struct scan_window *window);

/* The pages, of the chunk that holds address, that a call may have dropped since the start. */
void scan_window__dropped(const struct scan_window *window, uint64_t address, uint64_t page_bytes,
			  uint64_t mask[CHUNK_WORDS]);

#endif
