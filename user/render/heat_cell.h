/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What one character of a heatmap stands for: counts of pages, or of elements. */
#ifndef RENDER_HEAT_CELL_H
#define RENDER_HEAT_CELL_H

#include <stdint.h>

#include "model/rows/tally.h"

#define HEAT_LEVELS 8u

struct heat_cell {
	uint64_t all;
	uint64_t resident;
	uint64_t zero;
	uint64_t touched;
};

/*
 * Column `column` of a heatmap drawn `width` columns wide: one of fewer cells is stretched, of one
 * with more the cells are summed.
 */
struct heat_cell heat_cell_of(const struct heat *heat, uint32_t column, uint32_t width);

/* 0 .. HEAT_LEVELS - 1: one resident page shows as something, and only a full cell as full. */
unsigned int heat_cell_level(const struct heat_cell *cell);

#endif
