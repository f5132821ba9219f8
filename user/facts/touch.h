/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The first touches of 512 aligned pages, as the kernel side counts them. Bit i of word w is page w
 * * 64 + i of the chunk.
 */
#ifndef FACTS_TOUCH_H
#define FACTS_TOUCH_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/packed_words.h"
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

/* One chunk of many, packed: usually a few pages of a chunk are touched, or all. */
struct packed_chunk {
	uint64_t start; /* as in struct touch_chunk, as are the next four */
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t first_tid;
	uint32_t first_cpu;
	struct packed_words words; /* read, then written */
};

/*
 * All touched chunks of an address space at one moment: a copy, sorted by start when it is
 * complete. All zero is empty.
 */
struct touch_map {
	struct packed_chunk *chunks;
	size_t count;
	size_t capacity;
	struct word_store store;
	struct fault_counts faults; /* of the same moment */
};

static inline void touch_map_deinit(struct touch_map *map)
{
	free(map->chunks);
	word_store__deinit(&map->store);
	memset(map, 0, sizeof(*map));
}

/* Appends a chunk. 0 or -ENOMEM. */
static inline int touch_map_add(struct touch_map *map, const struct touch_chunk *chunk)
{
	uint64_t words[2 * CHUNK_WORDS];
	struct packed_chunk *packed;

	if (array_reserve((void **)&map->chunks, &map->capacity, map->count + 1,
			  sizeof(*map->chunks)))
		return -ENOMEM;
	packed = &map->chunks[map->count];
	*packed = (struct packed_chunk){ .start = chunk->start,
					 .first_ns = chunk->first_ns,
					 .last_ns = chunk->last_ns,
					 .first_tid = chunk->first_tid,
					 .first_cpu = chunk->first_cpu };
	memcpy(words, chunk->read, sizeof(chunk->read));
	memcpy(words + CHUNK_WORDS, chunk->written, sizeof(chunk->written));
	if (packed_words__make(&map->store, words, 2 * CHUNK_WORDS, &packed->words))
		return -ENOMEM;
	map->count++;
	return 0;
}

static inline void packed_chunk_get(const struct packed_chunk *packed, struct touch_chunk *ret)
{
	uint64_t words[2 * CHUNK_WORDS];

	packed_words__get(&packed->words, words, 2 * CHUNK_WORDS);
	*ret = (struct touch_chunk){ .start = packed->start,
				     .first_ns = packed->first_ns,
				     .last_ns = packed->last_ns,
				     .first_tid = packed->first_tid,
				     .first_cpu = packed->first_cpu };
	memcpy(ret->read, words, sizeof(ret->read));
	memcpy(ret->written, words + CHUNK_WORDS, sizeof(ret->written));
}

/* Index of the first chunk whose start is at or after address; count if there is none. */
static inline size_t touch_map_lower_bound(const struct touch_map *map, uint64_t address)
{
	return sorted_at_least(map->chunks, map->count, sizeof(*map->chunks),
			       offsetof(struct packed_chunk, start), address);
}

/* The chunk that begins at start. Returns false if it is not touched in its present life. */
static inline bool touch_map_find(const struct touch_map *map, uint64_t start,
				  struct touch_chunk *ret)
{
	size_t at = touch_map_lower_bound(map, start);

	if (at == map->count || map->chunks[at].start != start)
		return false;
	packed_chunk_get(&map->chunks[at], ret);
	return true;
}

#endif
