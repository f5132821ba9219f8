/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Touch bits in user space. */
#include "model/lives/chunk_bits.h"

#include <stddef.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"

void chunk_bits__deinit(struct chunk_bits *bits)
{
	free(bits->chunks);
	memset(bits, 0, sizeof(*bits));
}

static size_t lower_bound(const struct chunk_bits *bits, uint64_t start)
{
	return sorted_at_least(bits->chunks, bits->count, sizeof(*bits->chunks),
			       offsetof(struct touch_chunk, start), start);
}

static uint64_t chunk_start_of(uint64_t address, uint64_t page_bytes)
{
	return address - address % (CHUNK_PAGES * page_bytes);
}

static bool is_empty(const struct touch_chunk *chunk)
{
	uint64_t any = 0;
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++)
		any |= chunk->read[i] | chunk->written[i];
	return !any;
}

/* Most words are zero, and counting is a call on plain x86-64. */
static uint64_t touched_pages(const struct touch_chunk *chunk)
{
	uint64_t pages = 0;
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		uint64_t any = chunk->read[i] | chunk->written[i];

		if (any)
			pages += (uint64_t)__builtin_popcountll(any);
	}
	return pages;
}

static void join_chunk(struct touch_chunk *into, const struct touch_chunk *chunk)
{
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		into->read[i] |= chunk->read[i];
		into->written[i] |= chunk->written[i];
	}
	if (chunk->first_ns && (!into->first_ns || chunk->first_ns < into->first_ns)) {
		into->first_ns = chunk->first_ns;
		into->first_tid = chunk->first_tid;
		into->first_cpu = chunk->first_cpu;
	}
	if (chunk->last_ns > into->last_ns)
		into->last_ns = chunk->last_ns;
}

int chunk_bits__add(struct chunk_bits *bits, const struct touch_chunk *chunk)
{
	size_t at = lower_bound(bits, chunk->start);

	if (is_empty(chunk))
		return 0;
	if (at < bits->count && bits->chunks[at].start == chunk->start) {
		bits->touched -= touched_pages(&bits->chunks[at]);
		join_chunk(&bits->chunks[at], chunk);
		bits->touched += touched_pages(&bits->chunks[at]);
		return 0;
	}
	if (array_reserve((void **)&bits->chunks, &bits->capacity, bits->count + 1,
			  sizeof(*bits->chunks)))
		return -ENOMEM;
	memmove(bits->chunks + at + 1, bits->chunks + at,
		(bits->count - at) * sizeof(*bits->chunks));
	bits->chunks[at] = *chunk;
	bits->count++;
	bits->touched += touched_pages(chunk);
	return 0;
}

void chunk_mask(uint64_t chunk_start, uint64_t start, uint64_t end, uint64_t page_bytes,
		uint64_t mask[CHUNK_WORDS])
{
	uint64_t chunk_end = chunk_start + CHUNK_PAGES * page_bytes;
	unsigned int shift = (unsigned int)__builtin_ctzll(page_bytes);
	uint64_t first, last, i;

	memset(mask, 0, CHUNK_WORDS * sizeof(*mask));
	if (start < chunk_start)
		start = chunk_start;
	if (end > chunk_end || end < chunk_start)
		end = end < chunk_start ? chunk_start : chunk_end;
	if (start >= end)
		return;
	/* A page is a power of two bytes; this is called for each run of pages. */
	first = (start - chunk_start) >> shift;
	last = (end - chunk_start) >> shift;
	if (first == last)
		return;
	for (i = first / 64; i <= (last - 1) / 64; i++)
		mask[i] = ~0ull;
	mask[first / 64] &= ~0ull << first % 64;
	mask[(last - 1) / 64] &= ~0ull >> (63 - (last - 1) % 64);
}

static void keep_masked(struct touch_chunk *chunk, const uint64_t mask[CHUNK_WORDS])
{
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++) {
		chunk->read[word] &= mask[word];
		chunk->written[word] &= mask[word];
	}
}

static void drop_masked(struct touch_chunk *chunk, const uint64_t mask[CHUNK_WORDS])
{
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++) {
		chunk->read[word] &= ~mask[word];
		chunk->written[word] &= ~mask[word];
	}
}

int chunk_bits__take(struct chunk_bits *from, uint64_t start, uint64_t end, uint64_t page_bytes,
		     struct chunk_bits *to)
{
	size_t i = lower_bound(from, chunk_start_of(start, page_bytes)), kept = i;
	int err = 0;

	for (; !err && i < from->count && from->chunks[i].start < end; i++) {
		struct touch_chunk taken = from->chunks[i];
		uint64_t mask[CHUNK_WORDS];

		chunk_mask(taken.start, start, end, page_bytes, mask);
		keep_masked(&taken, mask);
		err = chunk_bits__add(to, &taken);
		if (!err) {
			drop_masked(&from->chunks[i], mask);
			from->touched -= touched_pages(&taken);
		}
		if (!is_empty(&from->chunks[i]))
			from->chunks[kept++] = from->chunks[i];
	}
	if (kept < i) {
		memmove(from->chunks + kept, from->chunks + i,
			(from->count - i) * sizeof(*from->chunks));
		from->count -= i - kept;
	}
	return err;
}

/* Shifts 512 bits up by `by` (0..511); the overflow goes into *high. */
static void shift_up(const uint64_t words[CHUNK_WORDS], uint64_t by, uint64_t low[CHUNK_WORDS],
		     uint64_t high[CHUNK_WORDS])
{
	uint64_t wide[2 * CHUNK_WORDS] = { 0 };
	uint64_t skip = by / 64, bits = by % 64;
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		wide[i + skip] |= words[i] << bits;
		if (bits)
			wide[i + skip + 1] |= words[i] >> (64 - bits);
	}
	memcpy(low, wide, CHUNK_WORDS * sizeof(*low));
	memcpy(high, wide + CHUNK_WORDS, CHUNK_WORDS * sizeof(*high));
}

static int add_shifted(struct chunk_bits *to, const struct touch_chunk *chunk, uint64_t address,
		       uint64_t page_bytes)
{
	struct touch_chunk low = *chunk, high = *chunk;
	uint64_t by;
	int err;

	low.start = chunk_start_of(address, page_bytes);
	high.start = low.start + CHUNK_PAGES * page_bytes;
	by = (address - low.start) / page_bytes;
	shift_up(chunk->read, by, low.read, high.read);
	shift_up(chunk->written, by, low.written, high.written);
	err = chunk_bits__add(to, &low);
	return err ? err : chunk_bits__add(to, &high);
}

int chunk_bits__add_moved(struct chunk_bits *to, const struct chunk_bits *from, uint64_t start,
			  uint64_t end, uint64_t to_start, uint64_t page_bytes)
{
	size_t i;
	int err = 0;

	for (i = lower_bound(from, chunk_start_of(start, page_bytes));
	     !err && i < from->count && from->chunks[i].start < end; i++) {
		struct touch_chunk chunk = from->chunks[i];
		uint64_t mask[CHUNK_WORDS];

		chunk_mask(chunk.start, start, end, page_bytes, mask);
		keep_masked(&chunk, mask);
		err = add_shifted(to, &chunk, chunk.start - start + to_start, page_bytes);
	}
	return err;
}

int chunk_bits__join(struct chunk_bits *into, const struct chunk_bits *from)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < from->count; i++)
		err = chunk_bits__add(into, &from->chunks[i]);
	return err;
}

const struct touch_chunk *chunk_bits__find(const struct chunk_bits *bits, uint64_t address,
					   uint64_t page_bytes)
{
	uint64_t start = chunk_start_of(address, page_bytes);
	size_t at = lower_bound(bits, start);

	return at < bits->count && bits->chunks[at].start == start ? &bits->chunks[at] : NULL;
}

struct bit_counts chunk_bits__count(const struct chunk_bits *bits)
{
	struct bit_counts counts = { 0 };
	size_t i;

	for (i = 0; i < bits->count; i++) {
		const struct touch_chunk *chunk = &bits->chunks[i];
		unsigned int word;

		for (word = 0; word < CHUNK_WORDS; word++) {
			uint64_t any = chunk->read[word] | chunk->written[word];

			counts.read += (uint64_t)__builtin_popcountll(chunk->read[word]);
			counts.written += (uint64_t)__builtin_popcountll(chunk->written[word]);
			counts.touched += (uint64_t)__builtin_popcountll(any);
		}
	}
	return counts;
}

uint64_t chunk_mask_count(const uint64_t words[CHUNK_WORDS], const uint64_t mask[CHUNK_WORDS])
{
	uint64_t pages = 0;
	unsigned int word;

	/* Most words of a sparse chunk are zero, and counting is a call on plain x86-64. */
	for (word = 0; word < CHUNK_WORDS; word++) {
		uint64_t bits = words[word] & mask[word];

		if (bits)
			pages += (uint64_t)__builtin_popcountll(bits);
	}
	return pages;
}
