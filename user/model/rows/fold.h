/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Finds ranges that show memory that another range already shows. */
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
 * By rank, then larger ranges first, then by index: a range that overlaps no earlier one is a root;
 * otherwise it is folded under the root with which it shares most bytes. Roots are disjoint. 0 or
 * -ENOMEM.
 */
int fold_ranges(struct fold_range *ranges, size_t count);

#endif
