/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads many small pieces of memory by runs of adjacent pages, and only pages that are needed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect/memory/memsrc.h"

static int by_address(const void *left, const void *right)
{
	const struct memsrc_span *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

static bool is_sorted(const struct memsrc_span *spans, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (spans[i].address < spans[i - 1].address)
			return false;
	}
	return true;
}

struct run {
	uint64_t page_bytes; /* a power of two */
	unsigned int page_shift;
	uint64_t first; /* page numbers [first, end) */
	uint64_t end;
};

static uint64_t first_page(const struct memsrc_span *span, const struct run *run)
{
	return span->address >> run->page_shift;
}

static uint64_t last_page(const struct memsrc_span *span, const struct run *run)
{
	return (span->address + span->bytes - 1) >> run->page_shift;
}

/* A piece that wraps around or is longer than a page is invalid. */
static bool is_sane(const struct memsrc_span *span, uint64_t page_bytes)
{
	return span->bytes && span->bytes <= page_bytes &&
	       span->address + span->bytes > span->address;
}

/* Pieces [from, ret) that the run covers. The run grows by adjacent pages until it is full. */
static size_t take_run(const struct memsrc_span *spans, size_t from, size_t count, struct run *run)
{
	size_t i;

	run->first = first_page(&spans[from], run);
	run->end = run->first;
	for (i = from; i < count; i++) {
		uint64_t last = last_page(&spans[i], run);

		if (!is_sane(&spans[i], run->page_bytes))
			continue;
		if (first_page(&spans[i], run) > run->end || last - run->first >= MEMSRC_LOAD_PAGES)
			break;
		if (last >= run->end)
			run->end = last + 1;
	}
	return i > from ? i : from + 1;
}

static void copy_span(const struct memsrc_span *span, const struct run *run, const uint8_t *buffer,
		      const bool *present)
{
	uint64_t first = first_page(span, run), last = last_page(span, run);

	if (is_sane(span, run->page_bytes) && last < run->end && present[first - run->first] &&
	    present[last - run->first])
		memcpy(span->to, buffer + (span->address - run->first * run->page_bytes),
		       span->bytes);
	else
		*span->read = false;
}

int memsrc__gather(struct memsrc *memsrc, struct memsrc_span *spans, size_t count)
{
	struct run run = { .page_bytes = memsrc__page_bytes(memsrc) };
	bool present[MEMSRC_LOAD_PAGES];
	uint8_t *buffer = malloc(MEMSRC_LOAD_PAGES * run.page_bytes);
	size_t i, end;
	int err = 0;

	run.page_shift = (unsigned int)__builtin_ctzll(run.page_bytes);
	if (!buffer)
		return -ENOMEM;
	if (!is_sorted(spans, count))
		array_sort(spans, count, sizeof(*spans), by_address);
	for (i = 0; !err && i < count; i = end) {
		size_t j;

		end = take_run(spans, i, count, &run);
		if (run.end > run.first)
			err = memsrc__load(memsrc, run.first * run.page_bytes,
					   (size_t)(run.end - run.first), buffer, present);
		for (j = i; !err && j < end; j++)
			copy_span(&spans[j], &run, buffer, present);
	}
	free(buffer);
	return err;
}
