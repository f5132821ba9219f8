/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What happened to the pages of one array between two moments. The array may lie elsewhere in the
 * second one, also in another process: what is compared are equal distances from its start.
 */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/intervals.h"
#include "facts/array.h"
#include "model/page_state.h"

enum change {
	CHANGE_RESIDENT, /* was not resident, is on small pages */
	CHANGE_HUGE,	 /* was not on a huge page, is on one */
	CHANGE_SPLIT,	 /* was on a huge page, is on small pages */
	CHANGE_ZERO,	 /* was not on a zero page, is on one */
	CHANGE_SWAPPED,	 /* was not swapped, is */
	CHANGE_LEFT,	 /* was in one of these, is absent */
	CHANGES,
};

/* "became_resident", ...: the keys of JSON. */
const char *change_key(enum change change);

/* "became resident", ...: for people. */
const char *change_words(enum change change);

/* The array at one of the moments. */
struct change_side {
	const struct array_desc *array; /* NULL: it does not exist then */
	const struct page_runs *runs;
	uint64_t page_bytes;
	bool huge_known; /* false: huge and small pages are not told apart */
};

/* Counts are bytes of the array: of a page at its edge, only what belongs to it. */
struct array_change {	      /* all zero at first */
	uint64_t resident[2]; /* before and after */
	uint64_t bytes[CHANGES];
	uint64_t gained; /* bytes that were not resident and are */
	uint64_t lost;	 /* bytes that were resident and are not */
	bool huge_known; /* in both; else CHANGE_HUGE and CHANGE_SPLIT do not occur */
	/* Addresses in the later array, or in the earlier one if there is no later. */
	struct intervals ranges[CHANGES];
};

void array_change__deinit(struct array_change *change);

/*
 * At least one side has the array; of two, the spans are equal. The caller calls
 * array_change__deinit on *ret, even on failure. 0 or -ENOMEM.
 */
int array_change__fill(const struct change_side *before, const struct change_side *after,
		       struct array_change *ret);

/* All bytes that changed their state. */
uint64_t array_change__bytes(const struct array_change *change);

#endif
