/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which of many ranges show memory that another one shows already.
 */
#ifndef MODEL_FOLD_H
#define MODEL_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLD_ASIDE 255u

struct fold_range {
	uint64_t start; /* [start, end) */
	uint64_t end;
	unsigned int rank; /* FOLD_ASIDE: nothing is folded under it */
	size_t root;	   /* set: index of the range that it is folded under, or its own */
};

/*
 * By rank, then larger ranges first, then by index: what meets none of those before it is a root,
 * what meets some is folded under the one that it has most bytes in common with. Roots are
 * disjoint. 0 or -ENOMEM.
 */
int fold_ranges(struct fold_range *ranges, size_t count);

#endif
