/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How somebody wants to look at a snapshot: which rows, in which order. It means the same to
 * every renderer.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

/* By start address; or largest first by span, resident pages, touched pages; or by name. */
enum row_order { ROW_BY_ADDRESS, ROW_BY_SPAN, ROW_BY_RESIDENT, ROW_BY_TOUCHED, ROW_BY_NAME };

struct view {		    /* all zero: every row, by address */
	uint64_t min_bytes; /* smaller regions are left out, arrays never */
	const char *filter; /* rows whose name or path is like it; NULL: all; borrowed */
	enum row_order order;
	uint32_t top; /* at most so many rows a process; 0: all */
	bool detail;  /* heat, index ranges and grids where the report can do without */
};

#endif
