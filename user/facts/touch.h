/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The first touches of 512 aligned pages, as the kernel side counts them. Bit i of word w is page w
 * * 64 + i of the chunk.
 */
#ifndef FACTS_TOUCH_H
#define FACTS_TOUCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/sorted.h"

#define CHUNK_PAGES 512u
#define CHUNK_WORDS (CHUNK_PAGES / 64u)

struct touch_chunk {
	uint64_t start;		       /* bytes, aligned to CHUNK_PAGES pages */
	uint64_t read[CHUNK_WORDS];    /* all zero in the perf backend: see written */
	uint64_t written[CHUNK_WORDS]; /* the perf backend sets these for any touch */
	uint64_t first_ns;	       /* CLOCK_MONOTONIC of the chunk's first touch */
	uint64_t last_ns;	       /* CLOCK_MONOTONIC, within one tick */
	uint32_t first_tid;	       /* in pagewatch's pid namespace; 0 if not visible there */
	uint32_t first_cpu;
};

/* Faults counted for one address space since the watch began. */
struct fault_counts {
	uint64_t user;
	uint64_t kernel; /* faults taken in kernel mode on user addresses */
};

/*
 * All touched chunks of an address space at one moment: a sorted copy. All zero is empty; the owner
 * frees the chunks.
 */
struct touch_map {
	struct touch_chunk *chunks;
	size_t count;
	size_t capacity;
	struct fault_counts faults; /* of the same moment */
};

/* Index of the first chunk whose start is at or after address; count if there is none. */
static inline size_t touch_map_lower_bound(const struct touch_map *map, uint64_t address)
{
	return sorted_at_least(map->chunks, map->count, sizeof(*map->chunks),
			       offsetof(struct touch_chunk, start), address);
}

/* The chunk that begins at start; NULL: not touched in its present life. */
static inline const struct touch_chunk *touch_map_find(const struct touch_map *map, uint64_t start)
{
	size_t at = touch_map_lower_bound(map, start);

	return at < map->count && map->chunks[at].start == start ? &map->chunks[at] : NULL;
}

#endif
