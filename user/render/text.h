/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The report for people: one line a region or array with its heatmap, the
 * ledger, sentences. It may change; scripts read JSON.
 */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/rows/view.h"
#include "model/snapshot.h"

struct text_options {
	uint32_t width; /* columns of the terminal, at least 40 */
	bool unicode;
	bool color;
	uint32_t retired;   /* at most so many ended lives; 0: none */
	uint32_t max_lines; /* a screen's height for a redrawn view; 0: no limit */
};

/* Cells that a heatmap has at this width: what the engine is to compute. */
uint32_t text_heat_cells(const struct text_options *options);

/* The same for the columns of a two-dimensional heatmap. */
uint32_t text_grid_columns(const struct text_options *options);

/* Writes the report; 0 or -errno of the stream. */
int text_render(const struct snapshot *snapshot, const struct view *view,
		const struct text_options *options, FILE *out);

#endif
