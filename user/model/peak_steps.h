/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* When RSS has grown so much that a moment is worth its cost. */
#ifndef MODEL_PEAK_STEPS_H
#define MODEL_PEAK_STEPS_H

#include <stdbool.h>
#include <stdint.h>

/* A step is at least this much above the last moment, and this part of it. */
#define PEAK_STEP_BYTES (16ull << 20)
#define PEAK_STEP_PART 20u

/* After a moment that took so long, the next is not before this many times as long. */
#define PEAK_REST_TIMES 10u

/* Unless RSS has grown by this part: from 16 MiB to 1 TiB that is 28 times at most. */
#define PEAK_LARGE_PART 2u

/* Whether an RSS in pages is a step above the last one. */
bool peak_step(uint64_t page_bytes, uint64_t last_pages, uint64_t rss_pages);

struct peak_steps { /* all zero at first, but for page_bytes */
	uint64_t page_bytes;
	uint64_t last_pages;	/* the highest RSS of a moment that was taken */
	uint64_t not_before_ns; /* CLOCK_MONOTONIC */
};

/* Whether a moment is due at an RSS. now_ns: CLOCK_MONOTONIC. */
bool peak_steps__due(const struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns);

/* A moment of any reason was taken at that RSS: from start_ns to end_ns. */
void peak_steps__took(struct peak_steps *steps, uint64_t rss_pages, uint64_t start_ns,
		      uint64_t end_ns);

#endif
