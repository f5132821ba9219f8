/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How resident pages lie in physical memory, counted for a row. */
#ifndef MODEL_FRAMES_H
#define MODEL_FRAMES_H

#include "facts/frame.h"
#include "base/intervals.h"

struct frame_tally {
	uint64_t pfn_runs;	  /* runs of pages that follow each other in both memories */
	uint64_t exclusive_pages; /* mapped by this process alone */
};

/* Counts the pages of the ranges (bytes, page-aligned). */
struct frame_tally frames_tally(const struct frame_list *frames, const struct intervals *ranges,
				uint64_t page_bytes);

#endif
