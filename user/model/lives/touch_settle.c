/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Calls that failed may have dropped some of their pages. If the kernel side could not tell how far
 * they got, the page tables can, unless pages were touched since.
 */
#include <errno.h>
#include <stdlib.h>

#include "model/lives/touch_priv.h"

static void present_pages(const struct page_runs *runs, uint64_t start, uint64_t page_bytes,
			  uint64_t ret[CHUNK_WORDS])
{
	uint64_t end = start + CHUNK_PAGES * page_bytes, mask[CHUNK_WORDS];
	size_t i, word;

	for (word = 0; word < CHUNK_WORDS; word++)
		ret[word] = 0;
	for (i = page_runs__lower_bound(runs, start); i < runs->count && runs->runs[i].start < end;
	     i++) {
		chunk_mask(start, runs->runs[i].start, runs->runs[i].end, page_bytes, mask);
		for (word = 0; word < CHUNK_WORDS; word++)
			ret[word] |= mask[word];
	}
}

/*
 * A present page faults again only after it was dropped, except for the first write after a read.
 * If the two cannot be distinguished, nothing follows.
 */
static uint64_t dropped_pages(const struct touch *touch, const struct touch_chunk *taken,
			      const struct touch_chunk *since, uint64_t present, size_t word)
{
	uint64_t again = 0;

	if (touch->tells_writes)
		again = (taken->written[word] & (since->read[word] | since->written[word])) |
			(taken->read[word] & since->read[word]);
	return (taken->read[word] | taken->written[word]) & (~present | again);
}

static uint64_t touched_again(const struct touch_chunk *taken, const struct touch_chunk *since,
			      uint64_t present, size_t word)
{
	return (taken->read[word] | taken->written[word]) & present &
	       (since->read[word] | since->written[word]);
}

struct settling {
	struct chunk_bits gone;
	uint64_t unsure;
};

static int settle_chunk(struct touch *touch, const struct touch_map *map,
			const struct page_runs *runs, const struct touch_chunk *taken,
			struct settling *settling)
{
	struct touch_chunk kept = *taken, dropped = *taken;
	uint64_t present[CHUNK_WORDS], mask, left = 0;
	struct touch_chunk since;
	size_t word;
	int err;

	touch_live_bits(touch, map, taken->start, &since);
	present_pages(runs, taken->start, touch->page_bytes, present);
	for (word = 0; word < CHUNK_WORDS; word++) {
		mask = dropped_pages(touch, taken, &since, present[word], word);
		settling->unsure += (uint64_t)__builtin_popcountll(
			touched_again(taken, &since, present[word], word));
		dropped.read[word] &= mask;
		dropped.written[word] &= mask;
		kept.read[word] &= ~mask;
		kept.written[word] &= ~mask;
		left |= kept.read[word] | kept.written[word];
	}
	err = chunk_bits__add(&settling->gone, &dropped);
	if (!err && left)
		err = chunk_bits__add(&touch->overlay, &kept);
	return err;
}

static int settle_doubt(struct touch *touch, const struct touch_map *map,
			const struct page_runs *runs, const struct doubt *doubt, uint64_t *unsure)
{
	struct settling settling = { 0 };
	struct bit_counts counts;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < doubt->bits.count; i++)
		err = settle_chunk(touch, map, runs, &doubt->bits.chunks[i], &settling);
	*unsure += settling.unsure;
	counts = chunk_bits__count(&settling.gone);
	chunk_bits__deinit(&settling.gone);
	if (err || !counts.touched)
		return err;
	return touch_retire(touch,
			    &(struct retired){
				    .count = 1,
				    .start = doubt->start,
				    .end = doubt->end,
				    .created_ns = touch_created_ns(touch, doubt->start, doubt->end),
				    .retired_ns = doubt->failed_ns,
				    .how = doubt->how,
				    .pages_read = counts.read,
				    .pages_written = counts.written,
				    .pages_touched = counts.touched,
			    });
}

int touch__settle(struct touch *touch, const struct touch_map *map, const struct page_runs *runs,
		  uint64_t *unsure)
{
	struct doubt doubt;
	int err;

	*unsure += touch->unsure;
	touch->unsure = 0;
	touch_peak_compare_map(touch, map);
	/* Moved out of the way: what is settled is compared with newer bits. */
	doubt = touch->doubt;
	touch->doubt = (struct doubt){ 0 };
	err = settle_doubt(touch, map, runs, &doubt, unsure);
	chunk_bits__deinit(&doubt.bits);
	return err;
}
