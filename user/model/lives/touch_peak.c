/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The most pages that were touched at one time. The count only falls when a call ends lives, so its
 * maximum is just before such a call, or now. The kernel side counts its bits at each entry; added
 * are the bits that we hold: of pages that were moved, or that a failed call had left in place.
 */
#include "model/lives/touch_priv.h"

static void raise_count(uint64_t *most, uint64_t pages)
{
	if (pages > *most)
		*most = pages;
}

void touch_peak_enter(struct touch *touch, const struct map_enter *enter)
{
	struct touch_peak *peak = &touch->peak;
	uint64_t now = enter->touched + touch->overlay.touched;
	uint64_t at_most = now + touch->doubt.bits.touched;

	if (!enter->touched_at_most)
		raise_count(&peak->pages, now);
	raise_count(&peak->at_most, at_most);
	if (!touch->replay.count)
		peak->in_calls = 0;
	else
		raise_count(&peak->in_calls, at_most);
}

void touch_peak_survived(struct touch *touch, const struct chunk_bits *bits)
{
	/* What was counted meanwhile, by calls of other threads, lacks these pages. */
	raise_count(&touch->peak.at_most, touch->peak.in_calls + chunk_bits__count(bits).touched);
}

static bool chunks_overlap(const struct touch_chunk *a, const struct touch_chunk *b)
{
	uint64_t both = 0;
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++)
		both |= (a->read[i] | a->written[i]) & (b->read[i] | b->written[i]);
	return both;
}

void touch_peak_compare(struct touch *touch, const struct chunk_bits *counted)
{
	size_t i;

	for (i = 0; touch->overlay.count && i < counted->count; i++) {
		const struct touch_chunk *moved = chunk_bits__find(
			&touch->overlay, counted->chunks[i].start, touch->page_bytes);

		if (moved && chunks_overlap(moved, &counted->chunks[i]))
			touch->peak.twice = true;
	}
}

void touch_peak_compare_map(struct touch *touch, const struct touch_map *map)
{
	struct touch_chunk counted;
	size_t i;

	for (i = 0; i < touch->overlay.count; i++) {
		if (touch_map_find(map, touch->overlay.chunks[i].start, &counted) &&
		    chunks_overlap(&touch->overlay.chunks[i], &counted))
			touch->peak.twice = true;
	}
}

void touch_peak_last(struct touch *touch, bool sure)
{
	uint64_t pages = chunk_bits__count(&touch->last).touched;

	if (sure)
		raise_count(&touch->peak.pages, pages);
	raise_count(&touch->peak.at_most, pages);
}

void touch_peak_inherit(struct touch *touch, const struct touch *replaced)
{
	raise_count(&touch->peak.pages, replaced->peak.pages);
	raise_count(&touch->peak.at_most, replaced->peak.at_most);
	touch->peak.twice |= replaced->peak.twice;
}

static uint64_t count_touched(const struct touch_map *map)
{
	uint64_t pages = 0;
	struct touch_chunk chunk;
	unsigned int word;
	size_t i;

	for (i = 0; i < map->count; i++) {
		packed_chunk_get(&map->chunks[i], &chunk);
		/* Most words of a sparse chunk are zero, and counting is a call on plain x86-64. */
		for (word = 0; word < CHUNK_WORDS; word++) {
			uint64_t bits = chunk.read[word] | chunk.written[word];

			if (bits)
				pages += (uint64_t)__builtin_popcountll(bits);
		}
	}
	return pages;
}

struct peak_pages touch__peak(const struct touch *touch, const struct touch_map *now)
{
	const struct touch_peak *peak = &touch->peak;
	struct peak_pages ret = { .pages = peak->pages };

	raise_count(&ret.pages, count_touched(now));
	ret.known = !peak->twice && peak->at_most <= ret.pages;
	return ret;
}
