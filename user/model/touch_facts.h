/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is known of the touches of one moment, as plain values. */
#ifndef MODEL_TOUCH_FACTS_H
#define MODEL_TOUCH_FACTS_H

#include "base/intervals.h"
#include "facts/touch.h"

struct touch_facts {		     /* all zero is empty */
	struct touch_map touched;    /* each page as the scan saw it */
	struct intervals before;     /* pages of the baseline */
	struct intervals huge_seen;  /* pages that a scan saw in huge pages */
	struct intervals huge_maybe; /* which may have been in huge pages */
};

void touch_facts__deinit(struct touch_facts *facts);

/* An ended life, or the sum of several (count > 1, start = end = 0). */
struct retired {
	uint64_t count;
	uint64_t start; /* bytes; the range of the call that ended it */
	uint64_t end;
	uint64_t created_ns; /* CLOCK_MONOTONIC; 0: before the watch, or unknown */
	uint64_t retired_ns;
	const char *how; /* munmap, mmap, mremap, brk, dontneed, remove, guard, shmdt,
					   shmat, exec, exit; a literal */
	uint64_t pages_read;
	uint64_t pages_written;
	uint64_t pages_touched;
};

/* The most pages that were touched at one time. */
struct peak_pages {
	uint64_t pages;
	bool known; /* false: some may have ended before, or were counted twice */
};

#endif
