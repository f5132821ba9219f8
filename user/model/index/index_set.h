/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Elements of an array as few index ranges, in the array's own terms: rectangles, regular strides,
 * blocks at regular distances.
 */
#ifndef MODEL_INDEX_SET_H
#define MODEL_INDEX_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/array.h"
#include "base/intervals.h"

/* Indices start + n * step + m below stop, for each n and each m < width; width <= step. */
struct index_span {
	uint64_t start;
	uint64_t stop; /* the last index + 1 */
	uint64_t step;
	uint64_t width; /* 1 for a range start:stop:step; start:stop has step 1 */
};

/* At most this many ranges are kept, the largest ones. */
#define INDEX_SET_KEPT 16u

/*
 * The ranges are disjoint. Together they have exactly the elements all of whose bytes are on the
 * given pages.
 */
struct index_set {
	bool told;	   /* false: unknown, or too many pieces; then everything else is 0 */
	uint64_t elements; /* in all ranges; broadcast elements count repeatedly */
	uint64_t ranges;   /* number of all */
	uint32_t kept;
	uint32_t ndim;
	struct index_span *spans; /* kept times ndim, the largest range first; owned */
};

void index_set__deinit(struct index_set *set);

/*
 * The elements of an array (its shape is not NULL) on the pages of the set. *steps limits the cost,
 * as in index_walk. If it is used up, or there are too many ranges, told is false. 0 or -ENOMEM.
 */
int index_set__fill(const struct array_desc *array, const struct intervals *pages, uint64_t *steps,
		    struct index_set *ret);

/*
 * Range number `which` of the kept ones, in Python's spelling: "x[0:13, :]", "x[i:i+512] for i in
 * range(0, 9000, 1024)". A name that is too long, or that Python does not know, is left out:
 * "[0:13, :]". As untrusted as the name; the caller frees it. NULL: no memory.
 */
char *index_range_text(const struct index_set *set, const struct array_desc *array, uint32_t which);

/* The first `limit` ranges, "x[5:7], x[9, 0:3] and 12 more ranges"; "none"; "not told". */
char *index_set_text(const struct index_set *set, const struct array_desc *array, uint32_t limit);

#endif
