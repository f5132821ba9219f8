/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Elements of an array as few index ranges, in the array's own terms: rectangles, regular
 * strides, blocks that come back at regular distances.
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
	uint64_t width; /* 1 in a range start:stop:step; start:stop has step 1 */
};

/* At most so many ranges are kept, the largest ones. */
#define INDEX_SET_KEPT 16u

/*
 * The ranges are disjoint and together hold every element all of whose bytes lie on the pages
 * that were asked about, and no other.
 */
struct index_set {
	bool told;	   /* false: not known, or in too many pieces; all else is 0 then */
	uint64_t elements; /* in all ranges; a broadcast element counts as often as it is seen */
	uint64_t ranges;   /* all of them */
	uint32_t kept;
	uint32_t ndim;
	struct index_span *spans; /* kept times ndim, the largest range first; owned */
};

void index_set__deinit(struct index_set *set);

/*
 * The elements of an array (its shape is not NULL) on the pages of the set. *steps limits the
 * cost, as in index_walk; when it is used up, or the ranges are too many, nothing is told.
 * 0 or -ENOMEM.
 */
int index_set__fill(const struct array_desc *array, const struct intervals *pages, uint64_t *steps,
		    struct index_set *ret);

/*
 * Range number `which` of those that are kept, as Python spells it: "x[0:13, :]",
 * "x[i:i+512] for i in range(0, 9000, 1024)". Names too long, or none that Python knows, are
 * left out: "[0:13, :]". Untrusted as the name is; the caller frees it. NULL: no memory.
 */
char *index_range_text(const struct index_set *set, const struct array_desc *array, uint32_t which);

/* The first `limit` ranges, "x[5:7], x[9, 0:3] and 12 more ranges"; "none"; "not told". */
char *index_set_text(const struct index_set *set, const struct array_desc *array, uint32_t limit);

#endif
