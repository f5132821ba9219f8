/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How a row's resident pages lie in physical memory. */
#ifndef MODEL_FRAMES_H
#define MODEL_FRAMES_H

#include "facts/frame.h"
#include "base/intervals.h"

struct frame_tally {
	uint64_t pfn_runs;	  /* runs of pages that are consecutive in both memories */
	uint64_t exclusive_pages; /* mapped by this process only */
};

/* Counts the pages of the ranges (bytes, page-aligned). */
struct frame_tally frames_tally(const struct frame_list *frames, const struct intervals *ranges,
				uint64_t page_bytes);

#endif
