/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The page-by-page listing, as runs of like pages. */
#include <stdbool.h>

#include "model/rows/chunk_view.h"

struct story_walk {
	const struct tally_input *input;
	struct page_story story;
	bool open;
	int (*visit)(void *ctx, const struct page_story *story);
	void *ctx;
};

static bool bit(const uint64_t words[CHUNK_WORDS], unsigned int page)
{
	return words[page / 64] >> (page % 64) & 1;
}

static struct page_story story_of(const struct chunk_view *view, unsigned int page,
				  uint64_t page_bytes)
{
	struct page_story story = {
		.start = view->start + page * page_bytes,
		.end = view->start + (page + 1) * page_bytes,
		.state = PAGE_ABSENT,
		.cause = LEDGER_CLASSES,
		.read = bit(view->read, page),
		.written = bit(view->written, page),
	};
	unsigned int i;

	for (i = PAGE_ABSENT + 1; i < PAGE_STATES; i++) {
		if (bit(view->states[i], page))
			story.state = (enum page_state)i;
	}
	for (i = 0; i < LEDGER_CLASSES; i++) {
		if (bit(view->classes[i], page))
			story.cause = (enum ledger_class)i;
	}
	return story;
}

static bool alike(const struct page_story *a, const struct page_story *b)
{
	return a->end == b->start && a->state == b->state && a->cause == b->cause &&
	       a->read == b->read && a->written == b->written;
}

static int flush(struct story_walk *walk)
{
	bool open = walk->open;

	walk->open = false;
	return open ? walk->visit(walk->ctx, &walk->story) : 0;
}

static int tell_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	struct story_walk *walk = ctx;
	unsigned int page;
	int err = 0;

	for (page = 0; !err && page < CHUNK_PAGES; page++) {
		struct page_story story;

		if (!bit(mask, page))
			continue;
		story = story_of(view, page, walk->input->page_bytes);
		if (walk->open && alike(&walk->story, &story)) {
			walk->story.end = story.end;
			continue;
		}
		err = flush(walk);
		if (story.state != PAGE_ABSENT || story.read || story.written) {
			walk->story = story;
			walk->open = true;
		}
	}
	return err;
}

int tally_stories(const struct tally_input *input, uint64_t start, uint64_t end,
		  int (*visit)(void *ctx, const struct page_story *story), void *ctx)
{
	struct story_walk walk = { .input = input, .visit = visit, .ctx = ctx };
	int err;

	err = chunk_view_each(input, start, end, tell_chunk, &walk);
	return err ? err : flush(&walk);
}
