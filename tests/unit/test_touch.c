/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lives, causes, counts and heat against a page-by-page account of a small address space.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lives.h"
#include "model/rows/tally.h"

#define HEAT_CELLS 37u

static void make_runs(struct world *world, struct page_runs *runs)
{
	uint32_t i;

	runs->runs = calloc(PAGES, sizeof(*runs->runs));
	assert_non_null(runs->runs);
	for (i = 0; i < PAGES; i++) {
		if (world->pages[i].state == PAGE_ABSENT)
			continue;
		runs->runs[runs->count++] = (struct page_run){ address(i), address(i + 1),
							       world->pages[i].state, false };
	}
}

static bool pmd_touched(const struct world *world, uint32_t page)
{
	uint32_t first = page - page % CHUNK_PAGES, i;

	for (i = first; i < first + CHUNK_PAGES; i++) {
		if (world->pages[i].read || world->pages[i].written)
			return true;
	}
	return false;
}

static enum ledger_class cause_of(const struct world *world, uint32_t i)
{
	const struct page *page = &world->pages[i];

	if (!page_state_resident(page->state))
		return LEDGER_CLASSES;
	if (page->read || page->written)
		return LEDGER_TOUCHED;
	if (page->before)
		return LEDGER_BEFORE;
	return page->huge_seen && pmd_touched(world, i) ? LEDGER_HUGE_FILL : LEDGER_UNFAULTED;
}

static void count_page(const struct world *world, uint32_t i, struct tally *tally)
{
	const struct page *page = &world->pages[i];
	bool touched = page->read || page->written;
	bool zero = page->state == PAGE_ZERO || page->state == PAGE_ZERO_HUGE;

	tally->pages++;
	tally->states[page->state]++;
	tally->resident += page_state_resident(page->state);
	if (page_state_resident(page->state))
		tally->ledger[cause_of(world, i)]++;
	tally->touch.pages_read += page->read;
	tally->touch.pages_written += page->written;
	tally->touch.pages_touched += touched;
	tally->touch.zero_read += touched && zero;
	tally->touch.gone += touched && !zero && !page_state_resident(page->state);
}

static void expect_tally(const struct world *world, const struct tally_input *input,
			 struct span span)
{
	struct tally expected = { 0 }, got;
	uint32_t i;

	for (i = span.first; i < span.first + span.count; i++)
		count_page(world, i, &expected);
	assert_int_equal(
		tally_range(input, address(span.first), address(span.first + span.count), &got), 0);
	assert_int_equal(got.pages, expected.pages);
	assert_memory_equal(got.states, expected.states, sizeof(got.states));
	assert_int_equal(got.resident, expected.resident);
	assert_memory_equal(got.ledger, expected.ledger, sizeof(got.ledger));
	assert_int_equal(got.touch.pages_read, expected.touch.pages_read);
	assert_int_equal(got.touch.pages_written, expected.touch.pages_written);
	assert_int_equal(got.touch.pages_touched, expected.touch.pages_touched);
	assert_int_equal(got.touch.zero_read, expected.touch.zero_read);
	assert_int_equal(got.touch.gone, expected.touch.gone);
}

static void expect_heat(const struct world *world, const struct tally_input *input,
			struct span span)
{
	uint32_t cells = span.count < HEAT_CELLS ? span.count : HEAT_CELLS, cell, i;
	struct heat heat;

	assert_int_equal(tally_heat(input, address(span.first), address(span.first + span.count),
				    HEAT_CELLS, &heat),
			 0);
	assert_int_equal(heat.cells, cells);
	for (cell = 0; cell < cells; cell++) {
		struct tally expected = { 0 };

		for (i = cell * span.count / cells; i < (cell + 1) * span.count / cells; i++)
			count_page(world, span.first + i, &expected);
		assert_int_equal(heat.pages[cell], expected.pages);
		assert_int_equal(heat.resident[cell], expected.resident);
		assert_int_equal(heat.zero[cell],
				 expected.states[PAGE_ZERO] + expected.states[PAGE_ZERO_HUGE]);
		assert_int_equal(heat.touched[cell], expected.touch.pages_touched);
	}
	heat__deinit(&heat);
}

static uint64_t take_ended(struct touch *touch)
{
	struct retired *retired;
	uint64_t touched = 0;
	size_t count, i;

	assert_int_equal(touch__retired(touch, &retired, &count), 0);
	touch__forget_retired(touch);
	for (i = 0; i < count; i++)
		touched += retired[i].pages_touched;
	free(retired);
	return touched;
}

/* Returns whether it is known: not if a page that a call left was touched again. */
static bool expect_peak(struct world *world, const struct touch_map *now)
{
	struct peak_pages peak = touch__peak(world->touch, now);

	note_peak(world);
	if (peak.known)
		assert_int_equal(peak.pages, world->peak);
	return peak.known;
}

static bool look_at_world(struct world *world)
{
	struct touch_facts facts = { 0 };
	struct touch_map map;
	struct page_runs runs = { 0 };
	struct tally_input input = {
		.page_bytes = PAGE,
		.pmd_bytes = CHUNK_PAGES * PAGE,
		.runs = &runs,
		.touched = &facts.touched,
		.before = &facts.before,
		.huge_seen = &facts.huge_seen,
		.huge_maybe = &facts.huge_maybe,
	};
	uint64_t unsure = 0;
	bool known;
	uint32_t i;

	make_runs(world, &runs);
	assert_int_equal(touch__note_scan(world->touch, &runs), 0);
	for (i = 0; i < PAGES; i++)
		world->pages[i].huge_seen |= world->pages[i].state == PAGE_ANON_HUGE;
	copy_kernel(world, &map);
	assert_int_equal(touch__settle(world->touch, &map, &runs, &unsure), 0);
	assert_int_equal(touch__facts(world->touch, &map, &runs, &facts), 0);
	expect_tally(world, &input, (struct span){ 0, PAGES });
	for (i = 0; i < 7; i++) {
		struct span span = any_span(world, PAGES - 1);

		expect_tally(world, &input, span);
		expect_heat(world, &input, span);
	}
	assert_int_equal(take_ended(world->touch), world->ended);
	world->ended = 0;
	known = expect_peak(world, &facts.touched);
	touch_facts__deinit(&facts);
	touch_map_deinit(&map);
	page_runs__deinit(&runs);
	return known;
}

static void set_baseline(struct world *world)
{
	struct page_runs runs = { 0 };
	uint32_t i;

	op_populate(world);
	op_populate(world);
	for (i = 0; i < PAGES; i++)
		world->pages[i].before = world->pages[i].state != PAGE_ABSENT;
	make_runs(world, &runs);
	assert_int_equal(touch__set_baseline(world->touch, &runs), 0);
	page_runs__deinit(&runs);
}

static void random_lives(void **state)
{
	uint64_t seed;
	uint32_t i, known = 0;

	(void)state;
	for (seed = 1; seed <= 60; seed++) {
		struct world *world = world__new(seed);

		assert_non_null(world);
		set_baseline(world);
		for (i = 0; i < 200; i++) {
			op_random(world);
			if (i % 7 == 0)
				known += look_at_world(world);
		}
		look_at_world(world);
		world__free(world);
	}
	assert_true(known > 60);
}

/* Pages 0 to 7 were written, and a call over them failed: of those written again who knows? */
static void unsure_pages(void **state)
{
	struct world *world = world__new(1);
	struct touch_map map;
	const struct touch_chunk closed = { .start = address(0), .written = { 0xff } };
	struct map_event events[] = {
		{ .type = MAP_EVENT_ENTER,
		  .tid = 1,
		  .enter = { .op = MAP_OP_DONTNEED, .start = address(0), .end = address(8) } },
		{ .type = MAP_EVENT_CLOSED, .tid = 1, .closed = &closed },
		{ .type = MAP_EVENT_EXIT, .tid = 1, .exit = { .result = -EINVAL } },
	};
	struct page_runs runs = { 0 };
	uint64_t unsure = 0;
	uint32_t round, i;

	(void)state;
	assert_non_null(world);
	for (i = 0; i < 8; i++)
		world->pages[i].state = PAGE_ANON;
	make_runs(world, &runs);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
			assert_int_equal(touch__handle(world->touch, &events[i]), 0);
		world->kernel[0].written[0] = round ? 1u << 3 | 1u << 5 | 1u << 9 : 0;
		copy_kernel(world, &map);
		assert_int_equal(touch__settle(world->touch, &map, &runs, &unsure), 0);
		touch_map_deinit(&map);
		assert_int_equal(unsure, round ? 2 : 0);
	}
	page_runs__deinit(&runs);
	world__free(world);
}

static struct peak_pages peak_after(const struct map_event *events, size_t count)
{
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	struct peak_pages peak;
	size_t i;

	assert_non_null(touch);
	for (i = 0; i < count; i++)
		assert_int_equal(touch__handle(touch, &events[i]), 0);
	peak = touch__peak(touch, &(struct touch_map){ 0 });
	touch__free(touch);
	return peak;
}

#define CALL(thread, what, from, until, pages)                                                     \
	{                                                                                          \
		.type = MAP_EVENT_ENTER, .tid = (thread), .enter = {                               \
			.op = (what),                                                              \
			.start = address(from),                                                    \
			.end = address(until),                                                     \
			.new_start = address(1000),                                                \
			.new_end = address(1000 + (until) - (from)),                               \
			.touched = (pages)                                                         \
		}                                                                                  \
	}
#define BITS(thread, chunk)                                                                        \
	{                                                                                          \
		.type = MAP_EVENT_CLOSED, .tid = (thread), .closed = (chunk)                       \
	}
#define RETURN(thread, value)                                                                      \
	{                                                                                          \
		.type = MAP_EVENT_EXIT, .tid = (thread), .exit.result = (value)                    \
	}

/* What moved is no longer in the kernel's table, and is touched all the same. */
static void peak_with_moved_pages(void **state)
{
	const struct touch_chunk seven = { .start = address(0), .written = { 0x7f } };
	const struct map_event events[] = {
		CALL(1, MAP_OP_MREMAP, 0, 7, 7),
		BITS(1, &seven),
		RETURN(1, (int64_t)address(1000)),
		CALL(1, MAP_OP_MUNMAP, 20, 40, 13),
	};
	struct peak_pages peak = peak_after(events, sizeof(events) / sizeof(events[0]));

	(void)state;
	assert_int_equal(peak.pages, 20);
	assert_true(peak.known);
}

/* Another thread's call was counted while the bits were in neither place. */
static void peak_during_a_move(void **state)
{
	const struct touch_chunk seven = { .start = address(0), .written = { 0x7f } };
	const struct map_event events[] = {
		CALL(1, MAP_OP_MREMAP, 0, 7, 7),
		BITS(1, &seven),
		CALL(2, MAP_OP_MUNMAP, 20, 40, 13),
		RETURN(1, (int64_t)address(1000)),
	};
	struct peak_pages peak = peak_after(events, sizeof(events) / sizeof(events[0]));

	(void)state;
	assert_int_equal(peak.pages, 13);
	assert_false(peak.known);
}

/* Ranges that wait for user space still count: harmless if the peak was higher. */
static void peak_while_ranges_wait(void **state)
{
	struct map_event events[] = {
		CALL(1, MAP_OP_MUNMAP, 0, 7, 100),
		RETURN(1, 0),
		CALL(1, MAP_OP_MUNMAP, 20, 40, 99),
		RETURN(1, 0),
	};
	struct peak_pages peak;

	(void)state;
	events[2].enter.touched_at_most = true;
	peak = peak_after(events, 4);
	assert_int_equal(peak.pages, 100);
	assert_true(peak.known);
	events[2].enter.touched = 101;
	peak = peak_after(events, 4);
	assert_int_equal(peak.pages, 100);
	assert_false(peak.known);
}

/* Of one thread, and of all: the ranges of its call and where they go. */
static void calls_that_have_begun(void **state)
{
	const struct map_event events[] = {
		CALL(1, MAP_OP_MUNMAP, 0, 7, 7),
		CALL(2, MAP_OP_MUNMAP, 20, 31, 11),
	};
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	struct intervals found = { 0 };

	(void)state;
	assert_non_null(touch);
	assert_int_equal(touch__handle(touch, &events[0]), 0);
	assert_int_equal(touch__handle(touch, &events[1]), 0);
	assert_int_equal(touch__pending(touch, 2, &found), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.items[0].start, address(20));
	assert_int_equal(found.items[0].end, address(31));
	assert_int_equal(found.items[1].start, address(1000));
	assert_int_equal(touch__pending(touch, 3, &found), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(touch__pending(touch, 0, &found), 0);
	assert_int_equal(found.count, 6);
	intervals__deinit(&found);
	touch__free(touch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_have_begun), cmocka_unit_test(peak_with_moved_pages),
		cmocka_unit_test(peak_during_a_move),	 cmocka_unit_test(peak_while_ranges_wait),
		cmocka_unit_test(random_lives),		 cmocka_unit_test(unsure_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
