/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A part of an array of two dimensions, as an array of its own. */
#ifndef LIVE_PART_H
#define LIVE_PART_H

#include "facts/array.h"

struct part {
	struct array_desc desc; /* without a name; shape is the one below */
	struct array_shape shape;
	int64_t dims[4];
};

/* Whether an array has rows and columns: two dimensions, and elements. */
bool part_possible(const struct array_desc *array);

/*
 * Elements [row, row + rows) x [column, column + columns) of an array of which part_possible holds;
 * at least one. It points to itself, and to nothing of the array.
 */
void part__of(struct part *ret, const struct array_desc *array, uint64_t row, uint64_t rows,
	      uint64_t column, uint64_t columns);

#endif
