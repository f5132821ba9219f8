/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The fewest bytes that malloc() gives a mapping of their own, in a process that has freed nothing. */
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pagewatch.h"

struct search {
	uint64_t address;
	bool heap;
};

static int visit(void *ctx, const struct pagewatch_region *region)
{
	struct search *search = ctx;

	if (search->address < region->start || search->address >= region->end)
		return 0;
	search->heap = region->kind == PAGEWATCH_KIND_HEAP;
	return 1;
}

static bool in_heap(const void *block)
{
	struct search search = { .address = (uintptr_t)block };

	if (pagewatch_snapshot(0, visit, &search, NULL, 0) != 1)
		exit(1);
	return search.heap;
}

/* What lies free at the heap's end would serve a large block without a mapping. Keeps what it allocates. */
static void use_up_heap(void)
{
	while (mallinfo2().keepcost >= 50000)
		if (!malloc(40000))
			exit(1);
}

/* Keeps what it allocates. */
static bool heap_grows(size_t bytes)
{
	size_t before;
	char *block;

	use_up_heap();
	do {
		before = mallinfo2().arena;
		block = malloc(bytes);
		if (!block)
			exit(1);
		*block = 1;
	} while (in_heap(block) && mallinfo2().arena == before);
	return in_heap(block);
}

static void number(const char *name, size_t value)
{
	FILE *file = fopen(getenv("SEED_NUMBERS"), "a");

	if (!file || fprintf(file, "[\"%s\", %zu]\n", name, value) < 0 || fclose(file))
		exit(1);
}

int main(void)
{
	size_t low = 60000, high = 800000, middle;
	void *largest, *smallest;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (heap_grows(middle))
			low = middle;
		else
			high = middle;
	}
	number("boundary_in_bytes", high);
	largest = malloc(low);
	use_up_heap();
	smallest = malloc(high);
	if (!largest || !smallest || pagewatch_mark("one byte less", largest, low) ||
	    pagewatch_mark("boundary", smallest, high))
		return 1;
	number("one_byte_less_is_in_the_heap", in_heap(largest));
	return pagewatch_checkpoint("found") != 1;
}
