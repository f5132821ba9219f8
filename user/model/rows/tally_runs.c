/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The page-by-page listing, as runs of like pages. */
#include <stdbool.h>

#include "model/rows/chunk_view.h"

struct run_walk {
	const struct tally_input *input;
	struct tally_run run;
	bool open;
	int (*visit)(void *ctx, const struct tally_run *run);
	void *ctx;
};

static bool page_bit(const uint64_t words[CHUNK_WORDS], unsigned int page)
{
	return words[page / 64] >> (page % 64) & 1;
}

static struct tally_run run_of(const struct chunk_view *view, unsigned int page,
			       uint64_t page_bytes)
{
	struct tally_run run = {
		.start = view->start + page * page_bytes,
		.end = view->start + (page + 1) * page_bytes,
		.state = PAGE_ABSENT,
		.cause = LEDGER_CLASSES,
		.read = page_bit(view->read, page),
		.written = page_bit(view->written, page),
	};
	unsigned int i;

	for (i = PAGE_ABSENT + 1; i < PAGE_STATES; i++) {
		if (page_bit(view->states[i], page))
			run.state = (enum page_state)i;
	}
	for (i = 0; i < LEDGER_CLASSES; i++) {
		if (page_bit(view->classes[i], page))
			run.cause = (enum ledger_class)i;
	}
	return run;
}

static bool are_alike(const struct tally_run *a, const struct tally_run *b)
{
	return a->end == b->start && a->state == b->state && a->cause == b->cause &&
	       a->read == b->read && a->written == b->written;
}

static int flush_run(struct run_walk *walk)
{
	bool open = walk->open;

	walk->open = false;
	return open ? walk->visit(walk->ctx, &walk->run) : 0;
}

static int tell_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	struct run_walk *walk = ctx;
	unsigned int page;
	int err = 0;

	for (page = 0; !err && page < CHUNK_PAGES; page++) {
		struct tally_run run;

		if (!page_bit(mask, page))
			continue;
		run = run_of(view, page, walk->input->page_bytes);
		if (walk->open && are_alike(&walk->run, &run)) {
			walk->run.end = run.end;
			continue;
		}
		err = flush_run(walk);
		if (run.state != PAGE_ABSENT || run.read || run.written) {
			walk->run = run;
			walk->open = true;
		}
	}
	return err;
}

int tally_runs(const struct tally_input *input, uint64_t start, uint64_t end,
	       int (*visit)(void *ctx, const struct tally_run *run), void *ctx)
{
	struct run_walk walk = { .input = input, .visit = visit, .ctx = ctx };
	int err;

	err = chunk_view_each(input, start, end, tell_chunk, &walk);
	return err ? err : flush_run(&walk);
}

int tally_runs_of_vmas(const struct tally_input *input, const struct vma_list *vmas,
		       int (*visit)(void *ctx, const struct tally_run *run), void *ctx)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < vmas->count; i++)
		err = tally_runs(input, vmas->vmas[i].start, vmas->vmas[i].end, visit, ctx);
	return err;
}
