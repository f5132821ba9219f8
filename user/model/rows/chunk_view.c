/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Joins page states and touches of one chunk. */
#include "model/rows/chunk_view.h"

#include <string.h>

#include "model/lives/chunk_bits.h"

/* What comes at or after an address that only grows. */
struct cursor {
	size_t run;	/* the first whose end is behind it */
	size_t touched; /* the first chunk that begins there or behind */
};

static struct cursor cursor_at(const struct tally_input *input, uint64_t address)
{
	return (struct cursor){ page_runs__lower_bound(input->runs, address),
				input->touched ? touch_map_lower_bound(input->touched, address)
					       : 0 };
}

static void move_cursor(struct cursor *cursor, const struct tally_input *input, uint64_t address)
{
	const struct page_runs *runs = input->runs;
	const struct touch_map *touched = input->touched;

	while (cursor->run < runs->count && runs->runs[cursor->run].end <= address)
		cursor->run++;
	while (touched && cursor->touched < touched->count &&
	       touched->chunks[cursor->touched].start < address)
		cursor->touched++;
}

/* The first chunk at or after an address, at which the cursor is; UINT64_MAX: none. */
static uint64_t next_chunk(const struct cursor *cursor, const struct tally_input *input,
			   uint64_t address)
{
	uint64_t chunk_bytes = CHUNK_PAGES * input->page_bytes, next = UINT64_MAX, touched;

	if (cursor->run < input->runs->count) {
		next = input->runs->runs[cursor->run].start;
		next = next < address ? address : next - next % chunk_bytes;
	}
	if (!input->touched || cursor->touched == input->touched->count)
		return next;
	touched = input->touched->chunks[cursor->touched].start;
	return touched < next ? touched : next;
}

static void add_states(struct chunk_view *view, const struct tally_input *input, size_t first,
		       uint64_t end)
{
	const struct page_runs *runs = input->runs;
	uint64_t mask[CHUNK_WORDS];
	unsigned int word;
	size_t i;

	memset(view->states[PAGE_ABSENT], 0xff, sizeof(view->states[PAGE_ABSENT]));
	for (i = first; i < runs->count && runs->runs[i].start < end; i++) {
		const struct page_run *run = &runs->runs[i];
		bool zero = run->state == PAGE_ZERO || run->state == PAGE_ZERO_HUGE;
		bool resident = page_state_resident(run->state);

		chunk_mask(view->start, run->start, run->end, input->page_bytes, mask);
		for (word = 0; word < CHUNK_WORDS; word++) {
			if (!mask[word])
				continue;
			view->states[run->state][word] |= mask[word];
			view->states[PAGE_ABSENT][word] &= ~mask[word];
			if (resident)
				view->resident[word] |= mask[word];
			if (zero)
				view->zero[word] |= mask[word];
		}
	}
}

static void add_ranges(const struct intervals *set, uint64_t start, uint64_t end,
		       const struct chunk_view *view, uint64_t page_bytes,
		       uint64_t into[CHUNK_WORDS])
{
	size_t at = intervals__first(set, start);
	uint64_t mask[CHUNK_WORDS];
	struct interval part;
	unsigned int word;

	while (intervals__part(set, &at, start, end, &part)) {
		chunk_mask(view->start, part.start, part.end, page_bytes, mask);
		for (word = 0; word < CHUNK_WORDS; word++)
			into[word] |= mask[word];
	}
}

static void take_touches(struct chunk_view *view, const struct touch_chunk *chunk)
{
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++) {
		view->read[word] = chunk->read[word];
		view->written[word] = chunk->written[word];
		view->touched[word] = chunk->read[word] | chunk->written[word];
	}
	view->first_ns = chunk->first_ns;
	view->last_ns = chunk->last_ns;
	view->first_tid = chunk->first_tid;
}

static bool any_bit(const uint64_t words[CHUNK_WORDS], const uint64_t mask[CHUNK_WORDS])
{
	uint64_t found = 0;
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++)
		found |= words[word] & mask[word];
	return found;
}

/* Whether any page of [start, end), which may span several chunks, has a touch. */
static bool range_touched(const struct tally_input *input, const struct chunk_view *view,
			  uint64_t start, uint64_t end)
{
	uint64_t chunk_bytes = CHUNK_PAGES * input->page_bytes;
	uint64_t mask[CHUNK_WORDS], chunk;
	struct touch_chunk other;

	chunk_mask(view->start, start, end, input->page_bytes, mask);
	if (any_bit(view->touched, mask))
		return true;
	for (chunk = start - start % chunk_bytes; chunk < end; chunk += chunk_bytes) {
		if (chunk == view->start || !touch_map_find(input->touched, chunk, &other))
			continue;
		chunk_mask(chunk, start, end, input->page_bytes, mask);
		if (any_bit(other.read, mask) || any_bit(other.written, mask))
			return true;
	}
	return false;
}

/* Pages of the huge pages in `seen` that have a touch. */
static void add_huge_fill(const struct tally_input *input, const struct intervals *seen,
			  const struct chunk_view *view, uint64_t end, uint64_t into[CHUNK_WORDS])
{
	uint64_t pmd;

	if (!input->pmd_bytes || !intervals__bytes(seen, view->start, end))
		return;
	for (pmd = view->start - view->start % input->pmd_bytes; pmd < end;
	     pmd += input->pmd_bytes) {
		uint64_t pmd_end = pmd + input->pmd_bytes;

		if (range_touched(input, view, pmd, pmd_end))
			add_ranges(seen, pmd, pmd_end, view, input->page_bytes, into);
	}
}

static void fill_view(struct chunk_view *view, const struct tally_input *input,
		      const struct cursor *cursor, uint64_t start)
{
	uint64_t end = start + CHUNK_PAGES * input->page_bytes;
	const struct touch_map *touched = input->touched;
	struct touch_chunk chunk;
	struct ledger_masks masks;

	memset(view, 0, sizeof(*view));
	view->start = start;
	add_states(view, input, cursor->run, end);
	if (!touched)
		return;
	if (cursor->touched < touched->count && touched->chunks[cursor->touched].start == start) {
		packed_chunk_get(&touched->chunks[cursor->touched], &chunk);
		take_touches(view, &chunk);
	}
	memset(&masks, 0, sizeof(masks));
	memcpy(masks.resident, view->resident, sizeof(masks.resident));
	memcpy(masks.touched, view->touched, sizeof(masks.touched));
	add_ranges(input->before, start, end, view, input->page_bytes, masks.before);
	add_huge_fill(input, input->huge_seen, view, end, masks.huge_fill);
	add_huge_fill(input, input->huge_maybe, view, end, masks.maybe_fill);
	ledger_split(&masks, view->classes);
}

void chunk_view__fill(struct chunk_view *view, const struct tally_input *input, uint64_t start)
{
	const struct cursor cursor = cursor_at(input, start);

	fill_view(view, input, &cursor, start);
}

int chunk_view_each(const struct tally_input *input, uint64_t start, uint64_t end,
		    int (*visit)(void *ctx, const struct chunk_view *view,
				 const uint64_t mask[CHUNK_WORDS]),
		    void *ctx)
{
	uint64_t chunk_bytes = CHUNK_PAGES * input->page_bytes;
	uint64_t mask[CHUNK_WORDS], chunk = start - start % chunk_bytes;
	struct cursor cursor = cursor_at(input, chunk);
	struct chunk_view view;
	int err;

	for (;;) {
		chunk = next_chunk(&cursor, input, chunk);
		if (chunk >= end)
			return 0;
		fill_view(&view, input, &cursor, chunk);
		chunk_mask(chunk, start, end, input->page_bytes, mask);
		err = visit(ctx, &view, mask);
		if (err)
			return err;
		chunk += chunk_bytes;
		move_cursor(&cursor, input, chunk);
	}
}
