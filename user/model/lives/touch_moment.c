/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The touches of a moment as plain values: one pass over all sources. */
#include <string.h>

#include "model/lives/touch_priv.h"

/*
 * The pages of a chunk that are in a run. *at is the first run that may reach into it, and
 * advances.
 */
static void mask_present(const struct page_runs *runs, size_t *at, uint64_t start,
			 uint64_t page_bytes, uint64_t mask[CHUNK_WORDS])
{
	uint64_t end = start + CHUNK_PAGES * page_bytes, part[CHUNK_WORDS];
	unsigned int word;
	size_t i;

	memset(mask, 0, CHUNK_WORDS * sizeof(*mask));
	while (*at < runs->count && runs->runs[*at].end <= start)
		++*at;
	for (i = *at; i < runs->count && runs->runs[i].start < end; i++) {
		chunk_mask(start, runs->runs[i].start, runs->runs[i].end, page_bytes, part);
		for (word = 0; word < CHUNK_WORDS; word++)
			mask[word] |= part[word];
	}
}

/* Whether any page is touched. */
static bool settle_bits(const struct touch_bits *bits, const uint64_t present[CHUNK_WORDS],
			struct touch_chunk *ret)
{
	uint64_t any = 0;
	unsigned int word;

	*ret = bits->sure;
	for (word = 0; word < CHUNK_WORDS; word++) {
		ret->read[word] |= bits->tentative_read[word] & present[word];
		ret->written[word] |= bits->tentative_written[word] & present[word];
		any |= ret->read[word] | ret->written[word];
	}
	return any;
}

/* Whether all that is known of touches is in the kernel's map. */
static bool map_has_all(const struct touch *touch)
{
	return !touch->overlay.count && !touch->replay.count && !touch->doubt.bits.count &&
	       !touch->window.before && !touch->window.taken.count;
}

static int copy_touched(const struct touch *touch, const struct touch_map *map,
			const struct page_runs *runs, struct touch_map *ret)
{
	uint64_t chunk_bytes = CHUNK_PAGES * touch->page_bytes, start = 0;
	uint64_t present[CHUNK_WORDS];
	struct touch_chunk chunk;
	struct touch_bits bits;
	size_t at = 0;
	int err = 0;

	while (!err) {
		start = touch__next_chunk(touch, map, start);
		/* Addresses above are memory moved aside: where it goes is not known yet. */
		if (start >= MAP_CHANGE_ASIDE)
			break;
		touch__bits(touch, map, start, &bits);
		mask_present(runs, &at, start, touch->page_bytes, present);
		if (settle_bits(&bits, present, &chunk)) {
			chunk.start = start;
			err = touch_map_add(ret, &chunk);
		}
		/* No chunk follows the last one of the address space. */
		if (__builtin_add_overflow(start, chunk_bytes, &start))
			break;
	}
	return err;
}

static int copy_set(const struct intervals *set, const struct intervals *moved,
		    struct intervals *ret)
{
	size_t i;
	int err = intervals__copy(set, ret);

	for (i = 0; !err && i < moved->count; i++)
		err = intervals__set(ret, moved->items[i].start, moved->items[i].end, 0);
	return err;
}

int touch__facts(const struct touch *touch, struct touch_map *map, const struct page_runs *runs,
		 struct touch_facts *ret)
{
	const struct scan_window *window = &touch->window;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	if (map_has_all(touch)) {
		ret->touched = *map;
		*map = (struct touch_map){ 0 };
	} else {
		err = copy_touched(touch, map, runs, &ret->touched);
	}
	if (!err)
		err = copy_set(&touch->before, &window->moved_before, &ret->before);
	if (!err)
		err = copy_set(&touch->huge_seen, &window->moved_huge, &ret->huge_seen);
	if (!err)
		err = copy_set(&touch->huge_maybe, &window->moved_maybe, &ret->huge_maybe);
	if (err)
		touch_facts__deinit(ret);
	return err;
}
