/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What is known of the touches of one moment, apart from whoever counts on: plain values.
 */
#ifndef MODEL_TOUCH_FACTS_H
#define MODEL_TOUCH_FACTS_H

#include "base/intervals.h"
#include "facts/touch.h"

struct touch_facts {		     /* all zero is empty */
	struct touch_map touched;    /* each page as its scan saw it */
	struct intervals before;     /* pages of the baseline */
	struct intervals huge_seen;  /* pages that a scan saw in huge pages */
	struct intervals huge_maybe; /* that it could not tell from those of a huge page */
};

void touch_facts__deinit(struct touch_facts *facts);

/* A life that ended, or many summed (count > 1, start = end = 0). */
struct retired {
	uint64_t count;
	uint64_t start; /* bytes; the range of the call that ended it */
	uint64_t end;
	uint64_t created_ns; /* CLOCK_MONOTONIC; 0 when before the watch or unknown */
	uint64_t retired_ns;
	const char *how; /* munmap, mmap, mremap, brk, dontneed, remove, guard, shmdt,
					   shmat, exec, exit; a literal */
	uint64_t pages_read;
	uint64_t pages_written;
	uint64_t pages_touched;
};

#endif
