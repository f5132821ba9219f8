/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Turns runs and bit masks into ranges. */
#include "model/rows/page_sets.h"

#include <errno.h>
#include <string.h>

#include "model/rows/chunk_view.h"

void page_sets__deinit(struct page_sets *sets)
{
	intervals__deinit(&sets->resident);
	intervals__deinit(&sets->zero);
	intervals__deinit(&sets->touched);
	memset(sets, 0, sizeof(*sets));
}

static int add_runs(const struct tally_input *input, const struct interval *where,
		    struct page_sets *ret)
{
	size_t at = page_runs__lower_bound(input->runs, where->start);
	struct page_run part;
	int err = 0;

	while (!err && page_runs__part(input->runs, &at, where->start, where->end, &part)) {
		if (page_state_resident(part.state))
			err = intervals__set(&ret->resident, part.start, part.end, 0);
		else if (part.state == PAGE_ZERO || part.state == PAGE_ZERO_HUGE)
			err = intervals__set(&ret->zero, part.start, part.end, 0);
	}
	return err;
}

struct touched {
	struct intervals *set;
	uint64_t page_bytes;
};

static int add_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	const struct touched *touched = ctx;
	unsigned int word;
	int err = 0;

	for (word = 0; word < CHUNK_WORDS; word++) {
		uint64_t bits = view->touched[word] & mask[word];

		while (!err && bits) {
			uint64_t first = (uint64_t)__builtin_ctzll(bits), rest = bits >> first;
			uint64_t count = ~rest ? (uint64_t)__builtin_ctzll(~rest) : 64;
			uint64_t start = view->start + (word * 64ull + first) * touched->page_bytes;

			err = intervals__set(touched->set, start,
					     start + count * touched->page_bytes, 0);
			bits = first + count < 64 ? bits >> (first + count) << (first + count) : 0;
		}
	}
	return err;
}

int page_sets__fill(const struct tally_input *input, const struct intervals *where,
		    struct page_sets *ret)
{
	struct touched touched = { &ret->touched, input->page_bytes };
	size_t i;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	ret->touched_known = input->touched;
	for (i = 0; !err && i < where->count; i++) {
		err = add_runs(input, &where->items[i], ret);
		if (!err && input->touched)
			err = chunk_view_each(input, where->items[i].start, where->items[i].end,
					      add_chunk, &touched);
	}
	if (err)
		page_sets__deinit(ret);
	return err;
}
