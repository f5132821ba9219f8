/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Facts about the machine and a process that verdicts depend on.
 */
#ifndef FACTS_ENVIRONMENT_H
#define FACTS_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

struct environment {
	char kernel[65];    /* uname release */
	char machine[65];   /* uname machine */
	char thp[16];	    /* always, madvise, never; "" if the kernel has no THP */
	bool use_zero_page; /* huge zero page on read faults */
	uint64_t page_bytes;
	uint64_t pmd_bytes; /* what one PMD entry maps: the size of a huge page */
	uint64_t ram_bytes;
};

/* What /proc/PID says of a process as a whole. Counts are pages unless named bytes. */
struct process_facts {
	uint32_t pid;
	uint32_t parent; /* pid of its parent process; 0: not known, or in another pid namespace */
	char comm[17];
	char runtime[128];	   /* "CPython 3.11.2, numpy 1.24.2" or "" when unknown */
	uint64_t rss_kernel_pages; /* VmRSS: a batched counter, may lag */
	uint64_t rss_peak_pages;   /* VmHWM */
	uint64_t page_table_bytes; /* VmPTE */
	uint64_t start_ticks;	   /* field 22 of stat: distinguishes a recycled pid */
};

#endif
