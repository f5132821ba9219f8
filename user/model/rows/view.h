/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a report shows of a moment: which rows, in which order, with which details. It means the
 * same to every renderer.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

/* By start address; or largest first by span, resident pages, touched pages; or by name. */
enum row_order { ROW_BY_ADDRESS, ROW_BY_SPAN, ROW_BY_RESIDENT, ROW_BY_TOUCHED, ROW_BY_NAME };

struct sampled;

struct view { /* all zero: every row, by address, without details */
	/* Smaller rows are left out, except requested arrays and parts of mmap calls. */
	uint64_t min_bytes;
	uint64_t min_heap_bytes; /* the same for heap blocks, instead of min_bytes */
	const char *filter;	 /* rows whose name or path matches; NULL: all; borrowed */
	enum row_order order;
	uint32_t top;	/* at most this many rows per process; 0: all */
	bool brief;	/* of the rows only those that say most (model/rows/brief.h) */
	uint32_t width; /* columns of a terminal, at least 40; of JSON's heatmaps the cells */
	bool detail;	/* heat, index ranges and grids even if the report can do without */
	bool pages;	/* every run of equal pages */
	const struct sampled *sampled; /* of a report of the end: what was before; NULL: none */
	uint32_t cells; /* of a heatmap, and then also index ranges; chosen by the renderer */
	uint32_t grid_columns; /* at most; 0: no grids; chosen by the renderer */
	/* For people. */
	bool unicode;
	bool color;
	uint32_t retired; /* at most this many ended lives; 0: none */
};

#endif
