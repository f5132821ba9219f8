/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which processes and arrays of two moments are the same. */
#ifndef MODEL_DIFF_PAIRS_H
#define MODEL_DIFF_PAIRS_H

#include <stddef.h>

#include "facts/array.h"
#include "model/moment.h"

/* One thing at both moments; NULL: not there. */
struct process_pair {
	const struct process_moment *of[2];
};

struct array_pair {
	const struct array_desc *of[2];
};

/* *ret is malloc'ed, in the order of `after`, then what is only in `before`. 0 or -ENOMEM. */
int diff_pair_processes(const struct moment *before, const struct moment *after,
			struct process_pair **ret, size_t *count);

/* The same for arrays; both lists are sorted on the way. */
int diff_pair_arrays(const struct array_desc **before, size_t before_count,
		     const struct array_desc **after, size_t after_count, struct array_pair **ret,
		     size_t *count);

/*
 * For two moments of one process: an array that has another name now is not gone, and none is new. It
 * is the same if object, place, source, type and shape are. Joins such pairs; *count gets smaller.
 * 0 or -ENOMEM.
 */
int diff_pair_renamed(struct array_pair *pairs, size_t *count);

#endif
