/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Calls and touches that come while a small address space is scanned. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lives.h"
#include "model/rows/chunk_view.h"

/* The pages as the scan sees them. */
struct seen {
	struct page pages[PAGES];
	struct page_runs runs;
};

static void scan(const struct world *world, struct seen *seen)
{
	uint32_t i;

	memcpy(seen->pages, world->pages, sizeof(seen->pages));
	seen->runs = (struct page_runs){ 0 };
	seen->runs.runs = calloc(PAGES, sizeof(*seen->runs.runs));
	assert_non_null(seen->runs.runs);
	for (i = 0; i < PAGES; i++) {
		if (seen->pages[i].state != PAGE_ABSENT)
			seen->runs.runs[seen->runs.count++] =
				(struct page_run){ address(i), address(i + 1), seen->pages[i].state,
						   false };
	}
}

static bool bit(const uint64_t words[CHUNK_WORDS], uint32_t page)
{
	return words[page % CHUNK_PAGES / 64] >> (page % 64) & 1;
}

/* A page that was there: its own touches, no more than those of its lives during the scan. */
static void expect_page(const struct world *world, const struct seen *seen,
			const struct chunk_view *view, uint32_t i)
{
	const struct page *page = &seen->pages[i];
	bool touched = bit(view->touched, i);

	if (page->state == PAGE_ABSENT) {
		assert_false(touched);
		return;
	}
	if (page->read)
		assert_true(bit(view->read, i));
	if (page->written)
		assert_true(bit(view->written, i));
	if (touched)
		assert_true(world->ever[i]);
	else if (page_state_resident(page->state))
		assert_true(bit(view->classes[LEDGER_UNFAULTED], i) || page->huge_seen);
}

static void look_at_world(struct world *world, const struct seen *seen)
{
	struct touch_facts facts = { 0 };
	struct touch_map map;
	struct tally_input input = {
		.page_bytes = PAGE,
		.pmd_bytes = CHUNK_PAGES * PAGE,
		.runs = &seen->runs,
		.touched = &facts.touched,
		.before = &facts.before,
		.huge_seen = &facts.huge_seen,
		.huge_maybe = &facts.huge_maybe,
	};
	struct chunk_view view;
	uint32_t i;

	copy_kernel(world, &map);
	assert_int_equal(touch__window_known(world->touch), 0);
	assert_int_equal(touch__facts(world->touch, &map, &seen->runs, &facts), 0);
	for (i = 0; i < PAGES; i++) {
		if (i % CHUNK_PAGES == 0)
			chunk_view__fill(&view, &input, address(i));
		expect_page(world, seen, &view, i);
	}
	touch_facts__deinit(&facts);
	touch_map_deinit(&map);
}

static void random_windows(void **state)
{
	struct world *world;
	struct seen seen;
	uint64_t seed;
	uint32_t i, round;

	(void)state;
	for (seed = 1; seed <= 60; seed++) {
		world = world__new(seed);
		assert_non_null(world);
		for (round = 0; round < 30; round++) {
			for (i = 0; i < 7; i++)
				op_random(world);
			scan_begin(world);
			for (i = 0; i < round % 4; i++)
				op_random(world);
			scan(world, &seen);
			for (i = 0; i < round % 5; i++)
				op_random(world);
			look_at_world(world, &seen);
			scan_end(world);
			page_runs__deinit(&seen.runs);
		}
		world__free(world);
	}
}

/* Pages 0 to 7 were touched and reclaimed, of 8 to 15 all are there; then a call drops 4 to 11. */
static void gone_pages(void **state)
{
	struct world *world = world__new(1);
	struct touch_map before, after;
	struct map_event enter = { .type = MAP_EVENT_ENTER,
				   .enter.op = MAP_OP_DONTNEED,
				   .tid = 1,
				   .enter.start = address(4),
				   .enter.end = address(12) };
	const struct touch_chunk chunk = { .start = address(0), .written = { 0xff0 } };
	struct map_event closed = { .type = MAP_EVENT_CLOSED, .tid = 1, .closed = &chunk };
	struct touch_bits bits;

	(void)state;
	assert_non_null(world);
	world->kernel[0].written[0] = 0xffff;
	copy_kernel(world, &before);
	assert_int_equal(touch__begin_window(world->touch, &before), 0);
	world->kernel[0].written[0] = 0xff000f;
	copy_kernel(world, &after);
	assert_int_equal(touch__window_event(world->touch, &enter), 0);
	assert_int_equal(touch__window_event(world->touch, &closed), 0);
	assert_int_equal(touch__window_known(world->touch), 0);
	assert_int_equal(touch__bits(world->touch, &after, address(0), &bits), 1);
	/* Where a page is missing: the touches from before, but for what the call took. */
	assert_int_equal(bits.sure.written[0], 0xf00f);
	/* Where it is there: all touches, the late ones too. */
	assert_int_equal(bits.tentative_written[0], 0xffffff);
	touch_map_deinit(&before);
	touch_map_deinit(&after);
	world__free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_windows),
		cmocka_unit_test(gone_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
