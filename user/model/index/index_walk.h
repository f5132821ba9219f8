/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which elements of a strided array lie on a set of pages: a walk over its dimensions, the
 * widest stride first, that costs what the borders of the set cost, not what the elements do.
 */
#ifndef MODEL_INDEX_WALK_H
#define MODEL_INDEX_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/array.h"
#include "base/intervals.h"

#define INDEX_DIMS_MAX 64u

/* One dimension that moves the address; the others (length 1, stride 0) are left out. */
struct index_level {
	uint64_t count;	 /* indices */
	uint64_t stride; /* bytes, positive: index 0 of a level is its lowest address */
	uint64_t bytes;	 /* from the first to the last byte of one index */
	uint32_t dim;	 /* of the array; INDEX_DIMS_MAX: of none (a single element) */
	bool reversed;	 /* its stride is negative: index i here is count - 1 - i there */
};

struct index_levels {
	struct index_level levels[INDEX_DIMS_MAX];
	uint32_t count;
	uint64_t start;	   /* lowest address */
	uint64_t repeats;  /* elements at each address, by broadcast dimensions */
	uint64_t elements; /* of the array */
};

/*
 * 0; -ENODATA: there is no element; -E2BIG: more dimensions or elements than are counted.
 * The shape is as its source has checked it: its elements lie in [start, end) of the array.
 */
int index_levels__init(struct index_levels *levels, const struct array_desc *array);

/*
 * run: with the outer levels at index[0 .. level), indices [first, end) of this level and all
 * of the inner ones lie on the set. leave: all of level `level` at index[level] has been told,
 * piece by piece, by deeper runs. Both may stop the walk by a nonzero return.
 */
struct index_visitor {
	int (*run)(void *ctx, uint32_t level, const uint64_t *index, uint64_t first, uint64_t end);
	int (*leave)(void *ctx, uint32_t level, const uint64_t *index);
	void *ctx;
};

/*
 * Visits each element exactly once if all of its bytes lie in the set, else not at all; indices
 * ascend at each level. *steps is what the walk may cost and is lowered by what it did.
 * 0, -E2BIG when it is used up, or the visitor's return.
 */
int index_walk(const struct index_levels *levels, const struct intervals *set, uint64_t *steps,
	       const struct index_visitor *visitor);

#endif
