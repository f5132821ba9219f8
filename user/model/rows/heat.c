/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Heatmaps: a range cut into cells of page counts, integers only. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/lives/chunk_bits.h"
#include "model/rows/tally.h"

void heat__deinit(struct heat *heat)
{
	free(heat->pages);
	memset(heat, 0, sizeof(*heat));
}

static int heat__init(struct heat *heat, uint32_t cells)
{
	memset(heat, 0, sizeof(*heat));
	heat->pages = calloc(4ull * cells + 1, sizeof(*heat->pages));
	if (!heat->pages)
		return -ENOMEM;
	heat->cells = cells;
	heat->resident = heat->pages + cells;
	heat->zero = heat->resident + cells;
	heat->touched = heat->zero + cells;
	return 0;
}

/* floor(cell * pages / cells) without overflow: the first page of a cell. */
static uint64_t first_page(uint64_t cell, uint64_t pages, uint32_t cells)
{
	return (uint64_t)((unsigned __int128)cell * pages / cells);
}

/* Cells are visited in order: the cursor only moves forward. */
struct heat_walk {
	struct heat *heat;
	uint64_t start; /* bytes */
	uint64_t page_bytes;
	uint64_t cell;
	uint64_t cell_first; /* pages of the range, half-open */
	uint64_t cell_end;
};

static struct heat_walk walk_from(struct heat *heat, uint64_t start, uint64_t page_bytes)
{
	return (struct heat_walk){ heat, start, page_bytes, 0, 0, heat->pages[0] };
}

static void seek_cell(struct heat_walk *walk, uint64_t page)
{
	while (page >= walk->cell_end) {
		walk->cell++;
		walk->cell_first = walk->cell_end;
		walk->cell_end += walk->heat->pages[walk->cell];
	}
}

/* Adds pages [first, end) of the range to a row of counts. */
static void add_pages(struct heat_walk *walk, uint64_t first, uint64_t end, uint64_t *row)
{
	while (first < end) {
		uint64_t till;

		seek_cell(walk, first);
		till = end < walk->cell_end ? end : walk->cell_end;
		row[walk->cell] += till - first;
		first = till;
	}
}

static void add_runs(struct heat *heat, const struct tally_input *input, uint64_t start,
		     uint64_t end)
{
	struct heat_walk walk = walk_from(heat, start, input->page_bytes);
	size_t at = page_runs__lower_bound(input->runs, start);
	struct page_run part;

	while (page_runs__part(input->runs, &at, start, end, &part)) {
		uint64_t *row = NULL;

		if (page_state_resident(part.state))
			row = heat->resident;
		else if (part.state == PAGE_ZERO || part.state == PAGE_ZERO_HUGE)
			row = heat->zero;
		if (row)
			add_pages(&walk, (part.start - start) / input->page_bytes,
				  (part.end - start) / input->page_bytes, row);
	}
}

/* touched: the pages of the range in the chunk that begins at chunk_start. */
static void add_touched_pages(struct heat_walk *walk, uint64_t chunk_start,
			      const uint64_t touched[CHUNK_WORDS])
{
	uint64_t chunk_end = chunk_start + CHUNK_PAGES * walk->page_bytes;
	uint64_t from = chunk_start > walk->start ? chunk_start : walk->start;
	uint64_t part[CHUNK_WORDS];

	seek_cell(walk, (from - walk->start) / walk->page_bytes);
	for (;;) {
		uint64_t start = walk->start + walk->cell_first * walk->page_bytes;
		uint64_t end = walk->start + walk->cell_end * walk->page_bytes;

		chunk_mask(chunk_start, start, end, walk->page_bytes, part);
		walk->heat->touched[walk->cell] += chunk_mask_count(touched, part);
		if (end >= chunk_end || walk->cell + 1 == walk->heat->cells)
			return;
		seek_cell(walk, walk->cell_end);
	}
}

static void add_touched(struct heat *heat, const struct tally_input *input, uint64_t start,
			uint64_t end)
{
	struct heat_walk walk = walk_from(heat, start, input->page_bytes);
	const struct touch_map *map = input->touched;
	uint64_t first = start - start % (CHUNK_PAGES * input->page_bytes);
	uint64_t touched[CHUNK_WORDS], mask[CHUNK_WORDS];
	struct touch_chunk chunk;
	unsigned int word;
	size_t i;

	for (i = touch_map_lower_bound(map, first); i < map->count && map->chunks[i].start < end;
	     i++) {
		packed_chunk_get(&map->chunks[i], &chunk);
		chunk_mask(chunk.start, start, end, input->page_bytes, mask);
		for (word = 0; word < CHUNK_WORDS; word++)
			touched[word] = (chunk.read[word] | chunk.written[word]) & mask[word];
		add_touched_pages(&walk, chunk.start, touched);
	}
}

int tally_heat(const struct tally_input *input, uint64_t start, uint64_t end, uint32_t cells,
	       struct heat *ret)
{
	uint64_t pages = (end - start) / input->page_bytes;
	uint32_t cell;
	int err;

	if (cells > pages)
		cells = (uint32_t)pages;
	err = heat__init(ret, cells);
	if (err || !cells)
		return err;
	for (cell = 0; cell < cells; cell++)
		ret->pages[cell] =
			first_page(cell + 1, pages, cells) - first_page(cell, pages, cells);
	add_runs(ret, input, start, end);
	if (input->touched)
		add_touched(ret, input, start, end);
	return 0;
}
