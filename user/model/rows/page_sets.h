/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The pages of a process with a common property, as ranges: made once, used for each array. */
#ifndef MODEL_PAGE_SETS_H
#define MODEL_PAGE_SETS_H

#include <stdbool.h>

#include "base/intervals.h"
#include "model/rows/tally.h"

/* Ranges of bytes, page-aligned. */
struct page_sets {
	struct intervals resident;
	struct intervals zero;	  /* on a zero page, small or huge */
	struct intervals touched; /* in their present life; empty in the scan tier */
	bool touched_known;
};

void page_sets__deinit(struct page_sets *sets);

/* The pages within `where` (page-aligned). 0 or -errno. */
int page_sets__fill(const struct tally_input *input, const struct intervals *where,
		    struct page_sets *ret);

#endif
