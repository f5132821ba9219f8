/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What calls did while the pages of an address space were scanned. Each page is reported as the
 * scan saw it: a page that was present keeps the bits that a call took meanwhile; a page that was
 * absent has only bits from before the scan, and none if a call may have dropped it since.
 */
#ifndef MODEL_SCAN_WINDOW_H
#define MODEL_SCAN_WINDOW_H

#include <stdbool.h>

#include "facts/map_event.h"
#include "model/lives/chunk_bits.h"
#include "model/lives/replay.h"
#include "base/intervals.h"

struct scan_window {			/* all zero: no scan */
	const struct touch_map *before; /* the kernel's bits at its start; NULL: no scan in
					 * progress */
	struct chunk_bits taken;       /* taken by calls since, at the place where the pages went */
	struct intervals dropped;      /* ranges of calls that began since */
	struct intervals moved_before; /* pages of the baseline, at the place where they went */
	struct intervals moved_huge;
	struct intervals moved_maybe; /* which may have been huge */
	struct replay replay;	      /* of the pending calls, without their bits */
};

void scan_window__deinit(struct scan_window *window);

/* The pages of the chunk that contains address that a call may have dropped since the start. */
void scan_window__dropped(const struct scan_window *window, uint64_t address, uint64_t page_bytes,
			  uint64_t mask[CHUNK_WORDS]);

#endif
