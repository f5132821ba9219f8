/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Touch bits that user space holds itself, chunk by chunk in address order. They are few, because
 * they come only from calls that moved or failed.
 */
#ifndef MODEL_CHUNK_BITS_H
#define MODEL_CHUNK_BITS_H

#include <stddef.h>
#include <stdint.h>

#include "facts/touch.h"

struct chunk_bits { /* all zero is empty */
	struct touch_chunk *chunks;
	size_t count;
	size_t capacity;
	uint64_t touched; /* pages; kept by add and take, not told of borrowed chunks */
};

void chunk_bits__deinit(struct chunk_bits *bits);

/* Merges the bits of one chunk. 0 or -ENOMEM. */
int chunk_bits__add(struct chunk_bits *bits, const struct touch_chunk *chunk);

/* Merges all bits of from. 0 or -ENOMEM. */
int chunk_bits__join(struct chunk_bits *into, const struct chunk_bits *from);

/* Moves the bits of [start, end) (bytes) from one to the other. 0 or -ENOMEM. */
int chunk_bits__take(struct chunk_bits *from, uint64_t start, uint64_t end, uint64_t page_bytes,
		     struct chunk_bits *to);

/* Adds the bits of from in [start, end) to `to`, moved by to_start - start. 0 or -ENOMEM. */
int chunk_bits__add_moved(struct chunk_bits *to, const struct chunk_bits *from, uint64_t start,
			  uint64_t end, uint64_t to_start, uint64_t page_bytes);

/* The chunk that contains address, or NULL. */
const struct touch_chunk *chunk_bits__find(const struct chunk_bits *bits, uint64_t address,
					   uint64_t page_bytes);

/* The bits of pages [start, end) within the chunk at chunk_start, as a mask. */
void chunk_mask(uint64_t chunk_start, uint64_t start, uint64_t end, uint64_t page_bytes,
		uint64_t mask[CHUNK_WORDS]);

/* Pages whose bit is set in both. */
uint64_t chunk_mask_count(const uint64_t words[CHUNK_WORDS], const uint64_t mask[CHUNK_WORDS]);

struct bit_counts {
	uint64_t read;
	uint64_t written;
	uint64_t touched;
};

/* Number of pages over all chunks. */
struct bit_counts chunk_bits__count(const struct chunk_bits *bits);

#endif
