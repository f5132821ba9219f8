/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Everything known about the 512 pages of one chunk, as bit masks: here page states, touches and
 * the ledger meet.
 */
#ifndef MODEL_CHUNK_VIEW_H
#define MODEL_CHUNK_VIEW_H

#include "model/rows/tally.h"

struct chunk_view {
	uint64_t start;				   /* bytes */
	uint64_t states[PAGE_STATES][CHUNK_WORDS]; /* PAGE_ABSENT: all pages in no run */
	uint64_t resident[CHUNK_WORDS];
	uint64_t zero[CHUNK_WORDS];
	uint64_t read[CHUNK_WORDS];
	uint64_t written[CHUNK_WORDS];
	uint64_t touched[CHUNK_WORDS];
	uint64_t classes[LEDGER_CLASSES][CHUNK_WORDS];
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t first_tid;
};

/* start is aligned to a chunk. */
void chunk_view__fill(struct chunk_view *view, const struct tally_input *input, uint64_t start);

/*
 * Calls visit for each chunk of [start, end) with a run or a touch, with the mask of its pages in
 * the range. Stops at the first nonzero return value and returns it.
 */
int chunk_view_each(const struct tally_input *input, uint64_t start, uint64_t end,
		    int (*visit)(void *ctx, const struct chunk_view *view,
				 const uint64_t mask[CHUNK_WORDS]),
		    void *ctx);

#endif
