/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Ids of a process's arrays, which stay the same between searches. An array is the same as long as
 * its source, object and memory are. A search may miss an array, so the latest ARRAY_IDS_ABSENT_MAX
 * arrays that are gone are remembered for a while.
 */
#ifndef MODEL_ARRAY_IDS_H
#define MODEL_ARRAY_IDS_H

#include "facts/array.h"

#define ARRAY_IDS_ABSENT_MAX 4096u

struct array_ids {		/* all zero at first */
	struct array_id *known; /* owned; sorted between searches */
	size_t count;
	size_t capacity;
	uint32_t last;	    /* the last id */
	uint32_t look;	    /* number of the last search */
	uint64_t forgotten; /* arrays that would get another id if they came back */
};

void array_ids__deinit(struct array_ids *ids);

/*
 * Numbers the arrays of a search that have no id, from `first` on (or after the last id). 0 or
 * -ENOMEM.
 */
int array_ids__give(struct array_ids *ids, uint32_t first, struct array_list *list);

/* Puts a list into the order that it has in a moment: by id. */
void array_ids__sort(struct array_list *list);

#endif
