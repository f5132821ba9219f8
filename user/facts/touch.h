/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The first touches of 512 aligned pages, as the kernel side counts them.
 * Bit i of word w speaks of page w * 64 + i of the chunk.
 */
#ifndef FACTS_TOUCH_H
#define FACTS_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

#define CHUNK_PAGES 512u
#define CHUNK_WORDS (CHUNK_PAGES / 64u)

struct touch_chunk {
	uint64_t start;		       /* bytes, aligned to CHUNK_PAGES pages */
	uint64_t read[CHUNK_WORDS];    /* all zero in the perf backend: see written */
	uint64_t written[CHUNK_WORDS]; /* the perf backend sets these for any touch */
	uint64_t first_ns;	       /* CLOCK_MONOTONIC of the chunk's first touch */
	uint64_t last_ns;	       /* CLOCK_MONOTONIC, within one tick */
	uint32_t first_tid; /* in the pid namespace pagewatch runs in; 0 if not visible there */
	uint32_t first_cpu;
};

/* Faults counted for one address space since the watch began. */
struct fault_counts {
	uint64_t user;
	uint64_t kernel; /* faults taken in kernel mode on user addresses */
};

/*
 * Looks a chunk up by any address in it. Returns 1 and fills *ret, 0 when the
 * chunk was never touched in its present life, or a negative errno.
 */
struct touch_source {
	int (*lookup)(void *ctx, uint64_t address, struct touch_chunk *ret);
	void *ctx;
	bool tells_writes; /* false in the perf backend */
};

#endif
