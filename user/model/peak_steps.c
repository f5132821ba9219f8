/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/peak_steps.h"

bool peak_step(uint64_t page_bytes, uint64_t last_pages, uint64_t rss_pages)
{
	uint64_t step = rss_pages > last_pages ? rss_pages - last_pages : 0;

	return step >= PEAK_STEP_BYTES / page_bytes && step >= last_pages / PEAK_STEP_PART;
}

static bool step_is_due(const struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns)
{
	uint64_t last = steps->last_pages;
	bool large = last && rss_pages >= last + last / PEAK_LARGE_PART;

	return now_ns >= (large ? steps->large_not_before_ns : steps->not_before_ns) &&
	       peak_step(steps->page_bytes, last, rss_pages);
}

/* From little memory on only a step counts. */
static bool stands_still(const struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns)
{
	uint64_t more = PEAK_STILL_BYTES / steps->page_bytes;

	return steps->still >= PEAK_STILL_POLLS && now_ns >= steps->not_before_ns &&
	       now_ns >= steps->still_not_before_ns && rss_pages >= steps->last_pages + more &&
	       rss_pages >= steps->seen_poll + more &&
	       rss_pages >= PEAK_STEP_BYTES / steps->page_bytes;
}

bool peak_steps__poll(struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns)
{
	if (rss_pages >= steps->level_pages + PEAK_STILL_BYTES / steps->page_bytes) {
		steps->level_pages = rss_pages;
		steps->still = 0;
	} else {
		steps->still++;
	}
	if (rss_pages > steps->highest_poll)
		steps->highest_poll = rss_pages;
	if (step_is_due(steps, rss_pages, now_ns))
		return true;
	steps->is_still = stands_still(steps, rss_pages, now_ns);
	return steps->is_still;
}

void peak_steps__took(struct peak_steps *steps, uint64_t rss_pages, uint64_t start_ns,
		      uint64_t end_ns)
{
	uint64_t large_rest_ns = PEAK_LARGE_REST_TIMES * (end_ns - start_ns);

	if (rss_pages > steps->last_pages)
		steps->last_pages = rss_pages;
	steps->not_before_ns = end_ns + PEAK_REST_TIMES * (end_ns - start_ns);
	steps->large_not_before_ns =
		end_ns + (large_rest_ns < PEAK_LARGE_REST_NS ? large_rest_ns : PEAK_LARGE_REST_NS);
	if (steps->is_still)
		steps->still_not_before_ns = end_ns + PEAK_STILL_REST_TIMES * (end_ns - start_ns);
	steps->is_still = false;
	steps->seen_poll = steps->highest_poll;
}
