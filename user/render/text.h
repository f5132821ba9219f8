/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The report for people: one line per region or array with its heatmap, the ledger, sentences. It
 * may change; scripts read JSON.
 */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/rows/view.h"
#include "model/rows/snapshot.h"

/* Cells of a heatmap at the view's width. */
uint32_t text_heat_cells(const struct view *view);

/* The same for the columns of a two-dimensional heatmap. */
uint32_t text_grid_columns(const struct view *view);

/* Writes the report; 0 or -errno of the stream. */
int text_render(const struct snapshot *snapshot, const struct view *view, FILE *out);

#endif
