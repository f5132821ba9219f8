/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The heatmap of a two-dimensional array in rows and columns. Counts are elements. */
#ifndef MODEL_GRID_H
#define MODEL_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/array.h"
#include "base/intervals.h"

/*
 * Cell (i, j) is index i * columns + j. It covers rows [floor(i * n / rows), floor((i + 1) * n /
 * rows)) of the array's n, and columns alike. An element counts if all of its bytes do.
 */
struct grid {
	uint32_t rows; /* 0: none: not wanted, not two-dimensional, or no elements */
	uint32_t columns;
	bool told;	    /* false: too many pieces; then only elements is valid */
	uint64_t *elements; /* one block, four times rows * columns; owned */
	uint64_t *resident;
	uint64_t *zero;
	uint64_t *touched; /* zeros if touches are unknown */
};

/* The pages, as ranges of bytes, for each count. */
struct grid_sets {
	const struct intervals *resident;
	const struct intervals *zero;
	const struct intervals *touched;
};

void grid__deinit(struct grid *grid);

/*
 * At most that many rows and columns, and not more than the array has. *steps limits the cost, as
 * in index_walk. 0 or -ENOMEM.
 */
int grid__fill(const struct array_desc *array, const struct grid_sets *sets, uint32_t rows,
	       uint32_t columns, uint64_t *steps, struct grid *ret);

#endif
