/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/frames.h"

#include <stddef.h>
#include "base/sorted.h"

static size_t lower_bound(const struct frame_list *frames, uint64_t address)
{
	return sorted_above(frames->runs, frames->count, sizeof(*frames->runs),
			    offsetof(struct frame_run, end), address);
}

/* Whether one run of frames continues in the next: runs are cut where exclusive changes. */
struct position {
	uint64_t end; /* end of the previous page, in both memories */
	uint64_t frame;
};

static void count_run(struct frame_tally *tally, struct position *last, const struct frame_run *run,
		      uint64_t start, uint64_t end, uint64_t page_bytes)
{
	uint64_t first = run->first + (start - run->start) / page_bytes;
	uint64_t pages = (end - start) / page_bytes;

	if (last->end != start || last->frame != first)
		tally->pfn_runs++;
	if (run->exclusive)
		tally->exclusive_pages += pages;
	last->end = end;
	last->frame = first + pages;
}

struct frame_tally frames_tally(const struct frame_list *frames, const struct intervals *ranges,
				uint64_t page_bytes)
{
	struct frame_tally tally = { 0 };
	struct position last = { 0 };
	size_t i, j;

	for (i = 0; i < ranges->count; i++) {
		const struct interval *range = &ranges->items[i];

		for (j = lower_bound(frames, range->start);
		     j < frames->count && frames->runs[j].start < range->end; j++) {
			const struct frame_run *run = &frames->runs[j];

			count_run(&tally, &last, run,
				  run->start > range->start ? run->start : range->start,
				  run->end < range->end ? run->end : range->end, page_bytes);
		}
	}
	return tally;
}
