/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/html_pages.h"

#include <errno.h>

#include "model/ledger.h"

#define PIECE_RUNS 256u	     /* on average */
#define PIECE_RUNS_MAX 4096u /* even where no page begins one */
#define BLOCK_GROWTH 8u
#define BLOCK_MOST (UINT64_C(1) << 36) /* pages: no mapping is as large */

_Static_assert(HTML_CAUSES == LEDGER_CLASSES + 1, "each class, and none");
_Static_assert(PAGE_STATES *HTML_CAUSES * 4 < HTML_KIND_MIXED, "a mixed run is of no other kind");

/* Pages from first to end, and how many of them are what. */
struct mixed {
	uint64_t first, end, resident, zero, touched;
};

struct page_writer {
	struct json_out *json; /* NULL: only counts */
	uint64_t page_bytes;
	uint64_t block; /* in pages */
	uint64_t runs;
	uint64_t next;	     /* page behind the last run */
	uint32_t piece_runs; /* 0: no piece is open */
	struct mixed part;   /* of the block that is read; empty unless it has several runs */
	struct mixed joined; /* blocks behind each other that are all like `like` */
	struct mixed like;
};

static uint64_t spread_page(uint64_t page)
{
	return page * 0x9e3779b97f4a7c15u >> 32;
}

static void end_piece(struct page_writer *writer)
{
	if (writer->piece_runs)
		json_close(writer->json, ']');
	writer->piece_runs = 0;
}

/* Begins a piece, or goes on with one up to `page`. */
static void go_to(struct page_writer *writer, uint64_t page)
{
	struct json_out *json = writer->json;

	if (writer->piece_runs >= PIECE_RUNS_MAX || spread_page(page) % PIECE_RUNS == 0)
		end_piece(writer);
	if (!writer->piece_runs) {
		json_open(json, NULL, '[');
		json_count(json, NULL, page);
	} else if (page > writer->next) {
		json_count(json, NULL, page - writer->next);
		json_count(json, NULL, 0);
	}
	writer->piece_runs++;
}

static void put_run(struct page_writer *writer, uint64_t first, uint64_t end, unsigned int kind)
{
	writer->runs++;
	if (!writer->json)
		return;
	go_to(writer, first);
	json_count(writer->json, NULL, end - first);
	json_count(writer->json, NULL, kind);
	writer->next = end;
}

static void end_joined(struct page_writer *writer)
{
	const struct mixed *joined = &writer->joined;

	if (joined->end == joined->first)
		return;
	put_run(writer, joined->first, joined->end, HTML_KIND_MIXED);
	if (writer->json) {
		json_count(writer->json, NULL, joined->resident);
		json_count(writer->json, NULL, joined->zero);
		json_count(writer->json, NULL, joined->touched);
	}
	writer->joined = (struct mixed){ 0 };
}

static bool are_alike(const struct mixed *a, const struct mixed *b)
{
	return a->end - a->first == b->end - b->first && a->resident == b->resident &&
	       a->zero == b->zero && a->touched == b->touched;
}

static void end_part(struct page_writer *writer)
{
	struct mixed *part = &writer->part, *joined = &writer->joined;

	if (part->end == part->first)
		return;
	/* Absent pages at its end are in no run. */
	if (joined->end == joined->first || !are_alike(part, &writer->like) ||
	    (joined->end - 1) / writer->block + 1 != part->first / writer->block) {
		end_joined(writer);
		writer->like = *part;
		joined->first = part->first;
	}
	joined->end = part->end;
	joined->resident += part->resident;
	joined->zero += part->zero;
	joined->touched += part->touched;
	*part = (struct mixed){ 0 };
}

static void end_blocks(struct page_writer *writer)
{
	end_part(writer);
	end_joined(writer);
}

/* Pages [first, end) of one block, which has other runs too. */
static void add_to_block(struct page_writer *writer, const struct tally_run *run, uint64_t first,
			 uint64_t end)
{
	struct mixed *part = &writer->part;
	uint64_t pages = end - first;

	if (part->end == part->first || part->first / writer->block != first / writer->block) {
		end_part(writer);
		part->first = first;
	}
	part->end = end;
	part->resident += page_state_resident(run->state) ? pages : 0;
	part->zero += run->state == PAGE_ZERO || run->state == PAGE_ZERO_HUGE ? pages : 0;
	part->touched += run->read || run->written ? pages : 0;
}

static int add_run(void *ctx, const struct tally_run *run)
{
	struct page_writer *writer = ctx;
	uint64_t first = run->start / writer->page_bytes, end = run->end / writer->page_bytes;
	uint64_t whole = (first + writer->block - 1) / writer->block * writer->block;
	uint64_t whole_end = end / writer->block * writer->block;
	unsigned int kind =
		(((unsigned int)run->state * HTML_CAUSES + run->cause) * 2 + run->read) * 2 +
		run->written;

	if (whole >= whole_end && writer->block > 1) {
		uint64_t cut = whole < end ? whole : end;

		if (first < cut)
			add_to_block(writer, run, first, cut);
		if (cut < end)
			add_to_block(writer, run, cut, end);
		return 0;
	}
	if (first < whole)
		add_to_block(writer, run, first, whole);
	end_blocks(writer);
	put_run(writer, whole, whole_end, kind);
	if (whole_end < end)
		add_to_block(writer, run, whole_end, end);
	return 0;
}

static int walk_runs(struct page_writer *writer, const struct snapshot *snapshot,
		     const struct process_snapshot *process, const struct process_lists *lists)
{
	const struct tally_input input =
		tally_input__of(&snapshot->header, &process->header, lists);
	int err = tally_runs_of_vmas(&input, &lists->vmas, add_run, writer);

	end_blocks(writer);
	return err;
}

/* The smallest block with which the runs are few enough; each mapping has one, however large it is. */
static int choose_block(struct page_writer *writer, const struct snapshot *snapshot,
			const struct process_snapshot *process, const struct process_lists *lists,
			uint64_t runs_max)
{
	int err;

	for (writer->block = 1;; writer->block *= BLOCK_GROWTH) {
		writer->runs = 0;
		err = walk_runs(writer, snapshot, process, lists);
		if (err || writer->runs <= runs_max || writer->block >= BLOCK_MOST)
			return err;
	}
}

void html_pages(struct json_out *json, const struct snapshot *snapshot,
		const struct process_snapshot *process, uint64_t runs_max)
{
	struct page_writer writer = { .page_bytes = snapshot->header.environment.page_bytes };
	struct process_lists lists;
	int err = process_lists__of(process->moment, &lists);

	if (!err)
		err = choose_block(&writer, snapshot, process, &lists, runs_max);
	writer.json = json;
	json_open(json, NULL, '{');
	json_count(json, "block", writer.block);
	json_open(json, "pieces", '[');
	if (!err)
		err = walk_runs(&writer, snapshot, process, &lists);
	end_piece(&writer);
	json_close(json, ']');
	json_close(json, '}');
	process_lists__deinit(&lists);
	if (err)
		json->err = err;
}
