/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One moment, many views: whatever the width, the order and the rows, each says the same of every
 * page; and looking changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_lists.h"
#include "model/rows/snapshot.h"
#include "render/renderer.h"

#define PAGE 4096ull
#define PAGES (3 * CHUNK_PAGES)
#define BASE (1ull << 40)
#define ROUNDS 60

struct world {
	enum page_state states[PAGES];
	bool read[PAGES], written[PAGES], before[PAGES], mapped[PAGES];
	struct moment moment;
};

static uint32_t pick(uint32_t below)
{
	return (uint32_t)rand() % below;
}

static uint64_t address(uint32_t page)
{
	return BASE + page * PAGE;
}

static void add_vmas(struct world *world, struct vma_list *ret)
{
	struct vma *vmas = ret->vmas = calloc(PAGES, sizeof(*vmas));
	uint32_t at = 0;

	assert_non_null(vmas);
	while (at < PAGES) {
		uint32_t end = at + 1 + pick(400);

		end = end < PAGES ? end : PAGES;
		if (pick(5)) {
			vmas[ret->count].start = address(at);
			vmas[ret->count].end = address(end);
			vmas[ret->count].writable = true;
			vmas[ret->count++].path = (char *)(pick(3) ? "" : "/lib/x.so");
			memset(world->mapped + at, true, end - at);
		}
		at = end;
	}
}

static void add_runs(struct world *world, struct page_runs *ret)
{
	static const enum page_state some[] = { PAGE_ABSENT, PAGE_ANON, PAGE_ANON, PAGE_ZERO,
						PAGE_FILE };
	struct page_run *runs = ret->runs = calloc(PAGES, sizeof(*runs));
	enum page_state state = PAGE_ABSENT;
	uint32_t i;

	assert_non_null(runs);
	for (i = 0; i < PAGES; i++) {
		state = pick(9) ? state : some[pick(5)];
		world->states[i] = world->mapped[i] ? state : PAGE_ABSENT;
		if (world->states[i] != PAGE_ABSENT)
			runs[ret->count++] = (struct page_run){ address(i), address(i + 1),
								world->states[i], false };
	}
}

static void add_touches(struct world *world, struct touch_facts *ret)
{
	struct touch_chunk chunks[PAGES / CHUNK_PAGES] = { 0 };
	uint32_t i;

	for (i = 0; i < PAGES; i++) {
		struct touch_chunk *chunk = &chunks[i / CHUNK_PAGES];
		uint64_t bit = 1ull << i % 64;

		chunk->start = address(i - i % CHUNK_PAGES);
		world->read[i] = !pick(4);
		world->written[i] = !pick(4);
		world->before[i] = !pick(3);
		chunk->read[i % CHUNK_PAGES / 64] |= world->read[i] ? bit : 0;
		chunk->written[i % CHUNK_PAGES / 64] |= world->written[i] ? bit : 0;
		if (world->before[i])
			assert_int_equal(
				intervals__set(&ret->before, address(i), address(i + 1), 0), 0);
	}
	for (i = 0; i < PAGES / CHUNK_PAGES; i++)
		assert_int_equal(touch_map_add(&ret->touched, &chunks[i]), 0);
}

static void add_arrays(struct array_list *ret)
{
	ret->arrays = calloc(5, sizeof(*ret->arrays));
	assert_non_null(ret->arrays);
	while (ret->count < 5) {
		struct array_desc *desc = &ret->arrays[ret->count];
		uint32_t first = pick(PAGES - 1);

		desc->id = (uint32_t)++ret->count;
		desc->name = (char *)"x";
		desc->start = address(first) + pick(PAGE);
		desc->end = desc->start + 1 + pick((PAGES - first - 1) * PAGE);
	}
}

static void set_world(struct world *world)
{
	struct process_moment *process = calloc(1, sizeof(*process));
	struct process_lists lists = { 0 };

	assert_non_null(process);
	memset(world, 0, sizeof(*world));
	world->moment.processes = process;
	world->moment.process_count = 1;
	world->moment.header = (struct moment_header){ .version = "9.9.9",
						       .tier = "faults",
						       .backend = "tp_btf",
						       .call_hooks = "tracepoint",
						       .page_reader = "scan",
						       .tells_writes = true,
						       .complete = true };
	world->moment.header.environment.page_bytes = PAGE;
	process->header.faults_known = true;
	add_vmas(world, &lists.vmas);
	add_runs(world, &lists.runs);
	add_touches(world, &lists.touch);
	add_arrays(&lists.arrays);
	assert_int_equal(process_moment__keep(process, &lists), 0);
	process_lists__deinit(&lists);
}

static struct snapshot look_at_world(const struct world *world, struct view view)
{
	struct snapshot snapshot;

	assert_int_equal(snapshot__of(&world->moment, &view, &snapshot), 0);
	return snapshot;
}

static bool is_resident(const struct world *world, uint32_t page)
{
	return page_state_resident(world->states[page]);
}

/* Cells as wide as they may be: each page of the row lies in one. */
static void expect_heat(const struct world *world, const struct heat *heat, uint64_t start,
			uint64_t end)
{
	uint32_t first = (uint32_t)((start - BASE) / PAGE);
	uint32_t pages = (uint32_t)((end - start) / PAGE), cell, page;

	assert_true(heat->cells && heat->cells <= pages);
	for (cell = 0; cell < heat->cells; cell++) {
		uint64_t resident = 0, zero = 0, touched = 0;
		uint32_t from = cell * pages / heat->cells;
		uint32_t till = (cell + 1) * pages / heat->cells;

		for (page = first + from; page < first + till; page++) {
			resident += is_resident(world, page);
			zero += world->states[page] == PAGE_ZERO;
			touched += world->read[page] || world->written[page];
		}
		assert_int_equal(heat->pages[cell], till - from);
		assert_int_equal(heat->resident[cell], resident);
		assert_int_equal(heat->zero[cell], zero);
		assert_int_equal(heat->touched[cell], touched);
	}
}

static void expect_tally(const struct world *world, const struct tally *tally, uint64_t start,
			 uint64_t end)
{
	uint64_t resident = 0, written = 0, before = 0;
	uint32_t page = (uint32_t)((start - BASE) / PAGE), last = (uint32_t)((end - BASE) / PAGE);

	assert_int_equal(tally->pages, last - page);
	for (; page < last; page++) {
		bool touched = world->read[page] || world->written[page];

		resident += is_resident(world, page);
		written += world->written[page];
		before += is_resident(world, page) && !touched && world->before[page];
	}
	assert_int_equal(tally->resident, resident);
	assert_int_equal(tally->touch.pages_written, written);
	assert_int_equal(tally->ledger[LEDGER_BEFORE], before);
}

static void expect_view(const struct world *world, struct view view)
{
	struct snapshot snapshot = look_at_world(world, view);
	const struct process_snapshot *process = &snapshot.processes[0];
	size_t i;

	for (i = 0; i < process->region_count; i++) {
		const struct region_row *row = &process->regions[i];

		expect_tally(world, &row->tally, row->vma.start, row->vma.end);
		if (row->heat.cells)
			expect_heat(world, &row->heat, row->vma.start, row->vma.end);
	}
	for (i = 0; i < process->array_count; i++) {
		const struct array_row *row = &process->arrays[i];
		uint64_t start = row->desc.start - row->desc.start % PAGE;
		uint64_t end = row->desc.end + (PAGE - row->desc.end % PAGE) % PAGE;

		expect_tally(world, &row->tally, start, end);
		if (!view.filter && !view.top && row->desc.end - row->desc.start >= view.min_bytes)
			expect_heat(world, &row->heat, start, end);
	}
	snapshot__deinit(&snapshot);
}

static void views_agree_page_by_page(void **state)
{
	static struct world world;
	int round;

	(void)state;
	srand(11);
	for (round = 0; round < ROUNDS; round++) {
		set_world(&world);
		expect_view(&world, (struct view){ .cells = PAGES });
		expect_view(&world, (struct view){ .cells = 1 + pick(99), .order = pick(5) });
		expect_view(&world, (struct view){ .cells = 64, .filter = "/lib*", .top = 2 });
		expect_view(&world, (struct view){ .cells = PAGES, .min_bytes = 100 * PAGE });
		moment__deinit(&world.moment);
	}
}

static char *render(const struct moment *moment, const char *name, struct view view)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_int_equal(renderer_find(name)->render(moment, &view, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* A report of a kept moment is the same, whoever looked in between. */
static void looking_consumes_nothing(void **state)
{
	static const char *const names[] = { "text", "json" };
	static struct world world;
	size_t i;

	(void)state;
	set_world(&world);
	assert_null(renderer_find("nothing"));
	for (i = 0; i < 2; i++) {
		const struct view wide = { .width = 100, .detail = true, .pages = true };
		const struct view narrow = { .width = 40, .top = 2, .order = ROW_BY_RESIDENT };
		char *first = render(&world.moment, names[i], wide), *again;

		free(render(&world.moment, names[i], narrow));
		again = render(&world.moment, names[i], wide);
		assert_string_equal(first, again);
		free(first);
		free(again);
	}
	moment__deinit(&world.moment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_agree_page_by_page),
		cmocka_unit_test(looking_consumes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
