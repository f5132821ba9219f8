/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Counts of a range: states, the ledger, touches. All counts are pages. */
#ifndef MODEL_TALLY_H
#define MODEL_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intervals.h"
#include "facts/touch.h"
#include "model/frames.h"
#include "model/ledger.h"
#include "model/moment_lists.h"
#include "model/page_state.h"
#include "model/rows/cached_tally.h"

#define TALLY_THREADS 8

struct touch_tally {
	uint64_t pages_read;
	uint64_t pages_written;
	uint64_t pages_touched; /* = ledger touched + zero_read + gone */
	uint64_t zero_read;
	uint64_t gone;
	uint64_t first_ns; /* CLOCK_MONOTONIC; 0: no touch */
	uint64_t last_ns;
	uint32_t first_threads[TALLY_THREADS]; /* distinct, in order of address */
	uint32_t first_thread_count;
	bool chunk_shared; /* one of its chunks has a touched page outside the range */
};

struct tally {
	uint64_t pages;
	uint64_t states[PAGE_STATES];
	uint64_t resident;
	uint64_t ledger[LEDGER_CLASSES]; /* invalid without faults */
	struct touch_tally touch;
	struct cached_tally cached;
};

/* Page counts per cell; cell i covers pages [i * pages / cells, (i + 1) * pages / cells). */
struct heat {
	uint32_t cells;
	uint64_t *pages; /* one block, four rows of cells; owned */
	uint64_t *resident;
	uint64_t *zero;
	uint64_t *touched;
};

void heat__deinit(struct heat *heat);

struct tally_input {
	uint64_t page_bytes;
	uint64_t pmd_bytes;
	const struct page_runs *runs;
	const struct frame_list *frames; /* of the resident pages; NULL: not wanted */
	const struct touch_map *touched; /* NULL in the scan tier, like these sets of pages: */
	const struct intervals *before;
	const struct intervals *huge_seen;
	const struct intervals *huge_maybe;
	const struct cached_list *cached; /* NULL: not wanted */
};

/* The part of a moment that counting reads; borrowed from the lists. */
struct tally_input tally_input__of(const struct moment_header *header,
				   const struct process_header *process,
				   const struct process_lists *lists);

/* Counts pages [start, end) (bytes, page-aligned). Sets all of *ret. 0 or -ENOMEM. */
int tally_range(const struct tally_input *input, uint64_t start, uint64_t end, struct tally *ret);

/* The same range as heat of min(cells, pages) cells; *ret is owned by the caller. */
int tally_heat(const struct tally_input *input, uint64_t start, uint64_t end, uint32_t cells,
	       struct heat *ret);

/* One run of pages with equal state, cause and touch, for a page-by-page listing. */
struct tally_run {
	uint64_t start;
	uint64_t end;
	enum page_state state;
	enum ledger_class cause; /* LEDGER_CLASSES if not resident or unknown */
	bool read;
	bool written;
};

/* Calls visit for each run of [start, end) in address order; leaves out absent untouched pages. */
int tally_runs(const struct tally_input *input, uint64_t start, uint64_t end,
	       int (*visit)(void *ctx, const struct tally_run *run), void *ctx);

/* The same for each VMA of a process. */
int tally_runs_of_vmas(const struct tally_input *input, const struct vma_list *vmas,
		       int (*visit)(void *ctx, const struct tally_run *run), void *ctx);

/* Adds the counts of a disjoint range. */
void tally_add(struct tally *sum, const struct tally *part);

#endif
