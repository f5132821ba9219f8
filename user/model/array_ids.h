/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Numbers of a process's arrays, which stay the same from look to look. An array is the same as
 * long as its source, its object and its memory are. Arrays that are gone are remembered for a
 * while, for a look may have missed them: the latest ARRAY_IDS_ABSENT_MAX of them.
 */
#ifndef MODEL_ARRAY_IDS_H
#define MODEL_ARRAY_IDS_H

#include "facts/array.h"

#define ARRAY_IDS_ABSENT_MAX 4096u

struct array_ids {		/* all zero at first */
	struct array_id *known; /* owned; sorted between looks */
	size_t count;
	size_t capacity;
	uint32_t last;	    /* given out */
	uint32_t look;	    /* the number of the last one */
	uint64_t forgotten; /* arrays whose number would be another, came they back */
};

void array_ids__deinit(struct array_ids *ids);

/* Numbers those of a look that have none, from first (and what was given before) on. 0 or -ENOMEM. */
int array_ids__give(struct array_ids *ids, uint32_t first, struct array_list *list);

#endif
