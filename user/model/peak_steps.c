/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/peak_steps.h"

bool peak_steps__due(const struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns)
{
	uint64_t step = rss_pages > steps->last_pages ? rss_pages - steps->last_pages : 0;

	return now_ns >= steps->not_before_ns && step >= PEAK_STEP_BYTES / steps->page_bytes &&
	       step >= steps->last_pages / PEAK_STEP_PART;
}

void peak_steps__took(struct peak_steps *steps, uint64_t rss_pages, uint64_t start_ns,
		      uint64_t end_ns)
{
	if (rss_pages > steps->last_pages)
		steps->last_pages = rss_pages;
	steps->not_before_ns = end_ns + PEAK_REST_TIMES * (end_ns - start_ns);
}
