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

/*
 * Unless RSS has grown by this part: from 16 MiB to 1 TiB that is 28 times at most. While RSS grows
 * fast, each such moment is soon out of date: the next is not before so many times as long, nor is
 * that more than so long.
 */
#define PEAK_LARGE_PART 2u
#define PEAK_LARGE_REST_TIMES 3u
#define PEAK_LARGE_REST_NS 100000000ull

/*
 * A step is often taken while RSS still grows. Where it then stands still, so many polls in a row
 * without that much more, there is one more moment, if RSS is that much above every moment.
 */
#define PEAK_STILL_POLLS 2u
#define PEAK_STILL_BYTES (1ull << 20)

/* And the next such one not before this many times as long: they take 1 % of the time at most. */
#define PEAK_STILL_REST_TIMES 100u

/* Whether an RSS in pages is a step above the last one. */
bool peak_step(uint64_t page_bytes, uint64_t last_pages, uint64_t rss_pages);

struct peak_steps { /* all zero at first, but for page_bytes */
	uint64_t page_bytes;
	uint64_t last_pages;	/* the highest RSS of a moment that was taken */
	uint64_t not_before_ns; /* CLOCK_MONOTONIC */
	uint64_t large_not_before_ns;
	uint64_t level_pages; /* from which on RSS stands still */
	uint64_t still;	      /* polls since then */
	/* VmRSS lags behind what a moment sees: polls are compared with polls. */
	uint64_t highest_poll;
	uint64_t seen_poll; /* the highest one before the last moment */
	uint64_t still_not_before_ns;
	bool is_still; /* RSS stood still when a moment was last due */
};

/* RSS was polled: whether a moment is due. now_ns: CLOCK_MONOTONIC. */
bool peak_steps__poll(struct peak_steps *steps, uint64_t rss_pages, uint64_t now_ns);

/* A moment of any reason was taken at that RSS (0: it could not be): from start_ns to end_ns. */
void peak_steps__took(struct peak_steps *steps, uint64_t rss_pages, uint64_t start_ns,
		      uint64_t end_ns);

#endif
