/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Heatmaps: a range cut into cells of page counts, integers only. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/lives/chunk_bits.h"
#include "model/rows/chunk_view.h"

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

static int touched_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	struct heat_walk *walk = ctx;
	uint64_t chunk_end = view->start + CHUNK_PAGES * walk->page_bytes;
	uint64_t from = view->start > walk->start ? view->start : walk->start;
	uint64_t part[CHUNK_WORDS];
	unsigned int word;

	seek_cell(walk, (from - walk->start) / walk->page_bytes);
	for (;;) {
		uint64_t start = walk->start + walk->cell_first * walk->page_bytes;
		uint64_t end = walk->start + walk->cell_end * walk->page_bytes;

		chunk_mask(view->start, start, end, walk->page_bytes, part);
		for (word = 0; word < CHUNK_WORDS; word++)
			part[word] &= mask[word];
		walk->heat->touched[walk->cell] += chunk_mask_count(view->touched, part);
		if (end >= chunk_end || walk->cell + 1 == walk->heat->cells)
			return 0;
		seek_cell(walk, walk->cell_end);
	}
}

static int add_touched(struct heat *heat, const struct tally_input *input, uint64_t start,
		       uint64_t end)
{
	struct heat_walk walk = walk_from(heat, start, input->page_bytes);

	return chunk_view_each(input, start, end, touched_chunk, &walk);
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
		err = add_touched(ret, input, start, end);
	if (err)
		heat__deinit(ret);
	return err;
}
