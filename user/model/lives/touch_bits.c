/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Everything known about the touches of one chunk, from all sources. */
#include <string.h>

#include "model/lives/touch_priv.h"

static void join_when(struct touch_chunk *into, const struct touch_chunk *chunk)
{
	if (!into->first_ns || (chunk->first_ns && chunk->first_ns < into->first_ns)) {
		into->first_ns = chunk->first_ns;
		into->first_tid = chunk->first_tid;
		into->first_cpu = chunk->first_cpu;
	}
	if (chunk->last_ns > into->last_ns)
		into->last_ns = chunk->last_ns;
}

static void join_chunk(struct touch_chunk *into, const struct touch_chunk *chunk)
{
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		into->read[i] |= chunk->read[i];
		into->written[i] |= chunk->written[i];
	}
	join_when(into, chunk);
}

static void join_tentative(struct touch_bits *ret, const struct touch_chunk *chunk)
{
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		ret->tentative_read[i] |= chunk->read[i];
		ret->tentative_written[i] |= chunk->written[i];
	}
}

/* Returns whether there were any. */
static bool join_held(const struct touch *touch, const struct chunk_bits *bits, uint64_t address,
		      struct touch_bits *ret)
{
	const struct touch_chunk *chunk = chunk_bits__find(bits, address, touch->page_bytes);

	if (chunk)
		join_tentative(ret, chunk);
	return chunk;
}

bool touch_live_bits(const struct touch *touch, const struct touch_map *map, uint64_t address,
		     struct touch_chunk *ret)
{
	uint64_t start = address - address % (CHUNK_PAGES * touch->page_bytes);
	const struct touch_chunk *moved;
	bool counted;

	memset(ret, 0, sizeof(*ret));
	counted = touch_map_find(map, start, ret);
	moved = chunk_bits__find(&touch->overlay, address, touch->page_bytes);
	if (moved)
		join_chunk(ret, moved);
	return counted || moved;
}

/* A life of this moment if the page is present; otherwise only a touch before the scan counts. */
static int join_window(const struct touch *touch, uint64_t address, struct touch_bits *ret)
{
	const struct scan_window *window = &touch->window;
	uint64_t start = address - address % (CHUNK_PAGES * touch->page_bytes);
	struct touch_chunk late = ret->sure, before = { 0 };
	const struct touch_chunk *taken, *moved;
	uint64_t dropped[CHUNK_WORDS];
	bool counted;
	unsigned int i;

	counted = touch_map_find(window->before, start, &before);
	taken = chunk_bits__find(&window->taken, address, touch->page_bytes);
	moved = chunk_bits__find(&touch->overlay, address, touch->page_bytes);
	if (counted)
		join_chunk(&late, &before);
	if (taken) {
		join_tentative(ret, taken);
		join_when(&ret->sure, taken);
	}
	join_tentative(ret, &late);
	join_when(&ret->sure, &late);
	scan_window__dropped(window, address, touch->page_bytes, dropped);
	for (i = 0; i < CHUNK_WORDS; i++) {
		ret->sure.read[i] = (before.read[i] | (moved ? moved->read[i] : 0)) & ~dropped[i];
		ret->sure.written[i] = (before.written[i] | (moved ? moved->written[i] : 0)) &
				       ~dropped[i];
	}
	return counted || taken;
}

/*
 * Bits that we hold for a range that a call may have ended: valid if the page is present; counted
 * since then.
 */
static void loosen_bits(const struct touch *touch, const struct touch_chunk *counted,
			uint64_t start, uint64_t end, const struct touch_chunk *moved,
			struct touch_bits *ret)
{
	uint64_t mask[CHUNK_WORDS];
	unsigned int i;

	if (start >= end)
		return;
	chunk_mask(moved->start, start, end, touch->page_bytes, mask);
	for (i = 0; i < CHUNK_WORDS; i++) {
		ret->tentative_read[i] |= moved->read[i] & mask[i];
		ret->tentative_written[i] |= moved->written[i] & mask[i];
		ret->sure.read[i] &= ~(moved->read[i] & mask[i]) | counted->read[i];
		ret->sure.written[i] &= ~(moved->written[i] & mask[i]) | counted->written[i];
	}
}

static void loosen_called(const struct touch *touch, const struct touch_map *map, uint64_t address,
			  struct touch_bits *ret)
{
	const struct touch_chunk *moved =
		chunk_bits__find(&touch->overlay, address, touch->page_bytes);
	struct touch_chunk counted = { 0 };
	size_t i;

	if (!moved)
		return;
	touch_map_find(touch->window.before ? touch->window.before : map, moved->start, &counted);
	for (i = 0; i < touch->replay.count; i++) {
		const struct map_enter *enter = &touch->replay.calls[i].enter;

		loosen_bits(touch, &counted, enter->start, enter->end, moved, ret);
		if (enter->op == MAP_OP_MREMAP && enter->new_start)
			loosen_bits(touch, &counted, enter->new_start, enter->new_end, moved, ret);
	}
}

int touch__bits(const struct touch *touch, const struct touch_map *map, uint64_t address,
		struct touch_bits *ret)
{
	int found;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	found = touch_live_bits(touch, map, address, &ret->sure);
	for (i = 0; i < touch->replay.count; i++)
		found |= join_held(touch, &touch->replay.calls[i].bits, address, ret);
	found |= join_held(touch, &touch->doubt.bits, address, ret);
	if (touch->window.before)
		found |= join_window(touch, address, ret);
	loosen_called(touch, map, address, ret);
	return found;
}
