/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Heatmaps: a range cut into cells of page counts, integers only. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/chunk_bits.h"
#include "model/chunk_view.h"

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

struct heat_walk {
	struct heat *heat;
	uint64_t start;
	uint64_t pages;
	uint64_t page_bytes;
};

/* The first page of a cell: floor(cell * pages / cells) without overflow. */
static uint64_t cell_start(const struct heat_walk *walk, uint64_t cell)
{
	return (uint64_t)((unsigned __int128)cell * walk->pages / walk->heat->cells);
}

/* The cell that holds a page: the last one that does not start behind it. */
static uint64_t cell_of(const struct heat_walk *walk, uint64_t page)
{
	uint64_t cell = (uint64_t)((unsigned __int128)page * walk->heat->cells / walk->pages);

	while (cell + 1 < walk->heat->cells && cell_start(walk, cell + 1) <= page)
		cell++;
	return cell;
}

static uint64_t count(const uint64_t words[CHUNK_WORDS], const uint64_t mask[CHUNK_WORDS])
{
	uint64_t pages = 0;
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++)
		pages += (uint64_t)__builtin_popcountll(words[word] & mask[word]);
	return pages;
}

static int heat_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	struct heat_walk *walk = ctx;
	uint64_t chunk_bytes = CHUNK_PAGES * walk->page_bytes;
	uint64_t from = view->start > walk->start ? view->start : walk->start;
	uint64_t first = (from - walk->start) / walk->page_bytes;
	uint64_t last = (view->start + chunk_bytes - walk->start) / walk->page_bytes;
	uint64_t cell, part[CHUNK_WORDS];
	unsigned int word;

	if (last > walk->pages)
		last = walk->pages;
	for (cell = cell_of(walk, first); cell < walk->heat->cells && cell_start(walk, cell) < last;
	     cell++) {
		uint64_t start = walk->start + cell_start(walk, cell) * walk->page_bytes;
		uint64_t end = walk->start + cell_start(walk, cell + 1) * walk->page_bytes;

		chunk_mask(view->start, start, end, walk->page_bytes, part);
		for (word = 0; word < CHUNK_WORDS; word++)
			part[word] &= mask[word];
		walk->heat->resident[cell] += count(view->resident, part);
		walk->heat->zero[cell] += count(view->zero, part);
		walk->heat->touched[cell] += count(view->touched, part);
	}
	return 0;
}

int tally_heat(const struct tally_input *input, uint64_t start, uint64_t end, uint32_t cells,
	       struct heat *ret)
{
	struct heat_walk walk = {
		.heat = ret,
		.start = start,
		.pages = (end - start) / input->page_bytes,
		.page_bytes = input->page_bytes,
	};
	uint32_t cell;
	int err;

	if (cells > walk.pages)
		cells = (uint32_t)walk.pages;
	err = heat__init(ret, cells);
	if (err)
		return err;
	for (cell = 0; cell < cells; cell++)
		ret->pages[cell] = cell_start(&walk, cell + 1) - cell_start(&walk, cell);
	if (cells)
		err = chunk_view_each(input, start, end, heat_chunk, &walk);
	if (err)
		heat__deinit(ret);
	return err;
}
