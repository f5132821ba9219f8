/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/peak_steps.h"

bool peak_step(uint64_t page_bytes, uint64_t last_pages, uint64_t rss_pages)
{
	uint64_t step = rss_pages > last_pages ? rss_pages - last_pages : 0;

	return step >= PEAK_STEP_BYTES / page_bytes && step >= last_pages / PEAK_STEP_PART;
}

bool peak_steps__due(const struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns)
{
	uint64_t last = steps->last_pages;
	bool large = last && rss_pages >= last + last / PEAK_LARGE_PART;

	return (large || now_ns >= steps->not_before_ns) &&
	       peak_step(steps->page_bytes, last, rss_pages);
}

void peak_steps__took(struct peak_steps *steps, uint64_t rss_pages, uint64_t start_ns,
		      uint64_t end_ns)
{
	if (rss_pages > steps->last_pages)
		steps->last_pages = rss_pages;
	steps->not_before_ns = end_ns + PEAK_REST_TIMES * (end_ns - start_ns);
}
