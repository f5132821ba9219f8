/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Counts ranges. */
#include "model/rows/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/lives/chunk_bits.h"
#include "model/rows/chunk_view.h"

struct tally_input tally_input__of(const struct moment_header *header,
				   const struct process_header *process,
				   const struct process_lists *lists)
{
	struct tally_input input = {
		.page_bytes = header->environment.page_bytes,
		.pmd_bytes = header->environment.pmd_bytes,
		.runs = &lists->runs,
		.cached = &lists->cached,
		.frames = process->frames_known ? &lists->frames : NULL,
	};

	if (process->faults_known) {
		input.touched = &lists->touch.touched;
		input.before = &lists->touch.before;
		input.huge_seen = &lists->touch.huge_seen;
		input.huge_maybe = &lists->touch.huge_maybe;
	}
	return input;
}

static void add_thread(struct touch_tally *touch, uint32_t tid)
{
	uint32_t i;

	for (i = 0; i < touch->first_thread_count; i++) {
		if (touch->first_threads[i] == tid)
			return;
	}
	if (tid && touch->first_thread_count < TALLY_THREADS)
		touch->first_threads[touch->first_thread_count++] = tid;
}

static uint64_t count_bits(uint64_t bits)
{
	/* On plain x86-64 counting is a call, and most words of a sparse chunk are zero. */
	return bits ? (uint64_t)__builtin_popcountll(bits) : 0;
}

static void add_touched_word(struct touch_tally *touch, const struct chunk_view *view,
			     unsigned int word, uint64_t mask)
{
	uint64_t touched = view->touched[word] & mask;

	touch->pages_read += count_bits(view->read[word] & mask);
	touch->pages_written += count_bits(view->written[word] & mask);
	touch->pages_touched += count_bits(touched);
	touch->zero_read += count_bits(touched & view->zero[word]);
	touch->gone += count_bits(touched & ~view->zero[word] & ~view->resident[word]);
}

/* A chunk with touched pages in the range; outside: it has others as well. */
static void add_touch_facts(struct touch_tally *touch, const struct chunk_view *view, bool outside)
{
	if (view->first_ns && (!touch->first_ns || view->first_ns < touch->first_ns))
		touch->first_ns = view->first_ns;
	if (view->last_ns > touch->last_ns)
		touch->last_ns = view->last_ns;
	add_thread(touch, view->first_tid);
	touch->chunk_shared |= outside;
}

/* A run may be as long as the range, or one page: the cost is per run. */
static void add_states(struct tally *tally, const struct tally_input *input, uint64_t start,
		       uint64_t end)
{
	size_t at = page_runs__lower_bound(input->runs, start);
	uint64_t pages, there = 0;
	struct page_run part;

	while (page_runs__part(input->runs, &at, start, end, &part)) {
		pages = (part.end - part.start) / input->page_bytes;
		there += pages;
		tally->states[part.state] += pages;
		if (page_state_resident(part.state))
			tally->resident += pages;
	}
	tally->pages = (end - start) / input->page_bytes;
	tally->states[PAGE_ABSENT] = tally->pages - there;
}

static void add_classes(struct tally *tally, const struct chunk_view *view, unsigned int word,
			uint64_t mask)
{
	unsigned int i;

	for (i = 0; i < LEDGER_CLASSES; i++)
		tally->ledger[i] += count_bits(view->classes[i][word] & mask);
}

static int tally_chunk(void *ctx, const struct chunk_view *view, const uint64_t mask[CHUNK_WORDS])
{
	uint64_t touched = 0, outside = 0;
	struct tally *tally = ctx;
	unsigned int word;

	for (word = 0; word < CHUNK_WORDS; word++) {
		touched |= view->touched[word] & mask[word];
		outside |= view->touched[word] & ~mask[word];
		if (view->resident[word] & mask[word])
			add_classes(tally, view, word, mask[word]);
		if (view->touched[word] & mask[word])
			add_touched_word(&tally->touch, view, word, mask[word]);
	}
	if (touched)
		add_touch_facts(&tally->touch, view, outside);
	return 0;
}

int tally_range(const struct tally_input *input, uint64_t start, uint64_t end, struct tally *ret)
{
	memset(ret, 0, sizeof(*ret));
	add_states(ret, input, start, end);
	if (input->cached)
		cached_tally__count(&ret->cached, input->cached, start, end, input->page_bytes);
	return input->touched ? chunk_view_each(input, start, end, tally_chunk, ret) : 0;
}

void tally_add(struct tally *sum, const struct tally *part)
{
	uint32_t i;

	sum->pages += part->pages;
	sum->resident += part->resident;
	for (i = 0; i < PAGE_STATES; i++)
		sum->states[i] += part->states[i];
	for (i = 0; i < LEDGER_CLASSES; i++)
		sum->ledger[i] += part->ledger[i];
	cached_tally__add(&sum->cached, &part->cached);
	sum->touch.pages_read += part->touch.pages_read;
	sum->touch.pages_written += part->touch.pages_written;
	sum->touch.pages_touched += part->touch.pages_touched;
	sum->touch.zero_read += part->touch.zero_read;
	sum->touch.gone += part->touch.gone;
	if (part->touch.first_ns &&
	    (!sum->touch.first_ns || part->touch.first_ns < sum->touch.first_ns))
		sum->touch.first_ns = part->touch.first_ns;
	if (part->touch.last_ns > sum->touch.last_ns)
		sum->touch.last_ns = part->touch.last_ns;
	for (i = 0; i < part->touch.first_thread_count; i++)
		add_thread(&sum->touch, part->touch.first_threads[i]);
}
