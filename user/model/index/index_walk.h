/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which elements of a strided array are on a set of pages. Walks over the dimensions, widest stride
 * first; the cost depends on the set's borders, not on the number of elements.
 */
#ifndef MODEL_INDEX_WALK_H
#define MODEL_INDEX_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/array.h"
#include "base/intervals.h"

#define INDEX_DIMS_MAX 64u

/* One dimension that moves the address; others (length 1, stride 0) are left out. */
struct index_level {
	uint64_t count;	 /* indices */
	uint64_t stride; /* bytes, positive: index 0 of a level is its lowest address */
	uint64_t bytes;	 /* from the first to the last byte of one index */
	uint32_t dim;	 /* in the array; INDEX_DIMS_MAX: none (a single element) */
	bool reversed;	 /* its stride is negative: index i here is count - 1 - i there */
};

struct index_levels {
	struct index_level levels[INDEX_DIMS_MAX];
	uint32_t count;
	uint64_t start;	   /* lowest address */
	uint64_t repeats;  /* elements at each address, from broadcast dimensions */
	uint64_t elements; /* of the array */
};

/*
 * 0; -ENODATA: no elements; -E2BIG: too many dimensions or elements. The source has checked the
 * shape: its elements are in [start, end) of the array.
 */
int index_levels__init(struct index_levels *levels, const struct array_desc *array);

/*
 * run: with the outer levels at index[0 .. level), indices [first, end) of this level and all inner
 * indices are on the set. leave: everything of level `level` at index[level] was reported by deeper
 * runs. A nonzero return value stops the walk.
 */
struct index_visitor {
	int (*run)(void *ctx, uint32_t level, const uint64_t *index, uint64_t first, uint64_t end);
	int (*leave)(void *ctx, uint32_t level, const uint64_t *index);
	void *ctx;
};

/*
 * Visits each element exactly once if all of its bytes are in the set, else not at all; indices
 * ascend at each level. *steps limits the cost and is reduced by it. 0, -E2BIG if it is used up, or
 * the visitor's return value.
 */
int index_walk(const struct index_levels *levels, const struct intervals *set, uint64_t *steps,
	       const struct index_visitor *visitor);

#endif
