/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How many pages are touched at one time. */
#include "lives.h"

#include "model/lives/chunk_bits.h"

void note_peak(struct world *world)
{
	uint64_t pages = 0;
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		pages += world->pages[i].read || world->pages[i].written;
	if (pages > world->peak)
		world->peak = pages;
}

uint64_t count_kernel(const struct world *world)
{
	const struct chunk_bits bits = { (struct touch_chunk *)world->kernel, CHUNKS, 0, 0 };

	return chunk_bits__count(&bits).touched;
}
