/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The rows of a view: whatever is asked for, rows that are not folded are disjoint, in order, and
 * sum with the rest to the totals; regions in the report and those left out sum to Rss.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/rows/fold.h"
#include "model/rows/selection.h"

#define PAGE 4096ull
#define WORLD 96u /* pages */
#define ROUNDS 3000u
#define ROWS 12u

struct world {
	struct process_snapshot process;
	struct region_row regions[ROWS];
	struct array_row arrays[ROWS];
	char names[2 * ROWS][8];
	bool mapped[WORLD], resident[WORLD];
};

static uint32_t pick(uint32_t below)
{
	return (uint32_t)rand() % below;
}

static struct tally count(const struct world *world, uint32_t first, uint32_t end)
{
	struct tally tally = { .pages = end - first };
	uint32_t i;

	for (i = first; i < end; i++) {
		tally.states[world->mapped[i] && world->resident[i] ? PAGE_ANON : PAGE_ABSENT]++;
		tally.resident += world->mapped[i] && world->resident[i];
	}
	tally.touch.pages_touched = tally.resident / 2;
	return tally;
}

static void add_region(struct world *world, uint32_t first, uint32_t end)
{
	struct process_snapshot *process = &world->process;
	size_t at = process->region_count++;
	struct region_row *row = &world->regions[at];

	row->vma = (struct vma){ .start = first * PAGE, .end = end * PAGE };
	row->vma.path = world->names[at];
	row->vma.kind = pick(8) ? VMA_ANON : VMA_HUGETLB;
	if (pick(3))
		snprintf(world->names[at], sizeof(world->names[at]), "/%c%u", 'a' + pick(3),
			 pick(9));
	row->tally = count(world, first, end);
	tally_add(&process->totals, &row->tally);
	if (row->vma.kind != VMA_HUGETLB)
		process->rss_pages += row->tally.resident;
}

static void add_array(struct world *world, uint32_t first, uint32_t end)
{
	size_t at = world->process.array_count++;
	struct array_row *row = &world->arrays[at];
	char *name = world->names[ROWS + at];

	snprintf(name, sizeof(world->names[0]), "%c%zu", 'a' + pick(3), at);
	row->desc = (struct array_desc){ .id = (uint32_t)at + 1,
					 .name = name,
					 .source = pick(ARRAY_SOURCES),
					 .asked_for = !pick(4),
					 .start = first * PAGE + 16,
					 .end = end * PAGE - (pick(2) ? 24 : 0) };
	row->range_pages = end - first;
	row->tally = count(world, first, end);
}

static void set_world(struct world *world)
{
	uint32_t at, arrays = pick(ROWS);

	memset(world, 0, sizeof(*world));
	world->process.regions = world->regions;
	world->process.arrays = world->arrays;
	for (at = 0; at < WORLD; at++)
		world->resident[at] = pick(3);
	for (at = pick(4); world->process.region_count < ROWS;) {
		uint32_t end = at + 1 + pick(20);

		if (end > WORLD)
			break;
		memset(&world->mapped[at], true, end - at);
		add_region(world, at, end);
		at = pick(2) ? end : end + pick(5);
	}
	while (arrays--) {
		uint32_t first = pick(WORLD - 1);
		/* Of those that lie exactly in their regions there are many in a numpy program. */
		const struct region_row *region =
			&world->regions[world->process.region_count
						? pick((uint32_t)world->process.region_count)
						: 0];

		if (pick(2) && region->vma.end)
			add_array(world, (uint32_t)(region->vma.start / PAGE),
				  (uint32_t)(region->vma.end / PAGE));
		else
			add_array(world, first, first + 1 + pick(WORLD - first));
	}
}

static uint64_t key_of(const struct row_entry *entry, enum row_order order)
{
	return order == ROW_BY_SPAN	  ? entry->span
	       : order == ROW_BY_RESIDENT ? entry->tally->resident
					  : entry->tally->touch.pages_touched;
}

static void expect_order(const struct row_entry *a, const struct row_entry *b, enum row_order order)
{
	if (order == ROW_BY_ADDRESS)
		assert_true(a->start <= b->start);
	else if (order == ROW_BY_NAME)
		assert_true(strcmp(a->name, b->name) <= 0);
	else
		assert_true(key_of(a, order) >= key_of(b, order));
}

static void expect_sums(const struct world *world, const struct selection *selection)
{
	const struct tally *totals = &world->process.totals;
	uint64_t rss = selection->regions_rss_pages, resident = selection->rest.resident;
	bool shown[WORLD] = { false };
	uint64_t mapped = selection->rest.pages;
	size_t i;
	uint64_t page;

	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		if (entry->region && entry->place != ROW_LEFT_OUT &&
		    entry->region->vma.kind != VMA_HUGETLB)
			rss += entry->tally->resident;
		if (entry->place != ROW_SHOWN || entry->folded)
			continue;
		resident += entry->tally->resident;
		for (page = entry->start / PAGE; page < entry->end / PAGE; page++) {
			assert_false(shown[page]);
			shown[page] = true;
			mapped += world->mapped[page];
		}
	}
	assert_int_equal(rss, world->process.rss_pages);
	assert_int_equal(resident, totals->resident);
	assert_int_equal(mapped, totals->pages);
	assert_int_equal(selection->rest.states[PAGE_ABSENT] + selection->rest.states[PAGE_ANON],
			 selection->rest.pages);
	if (!selection->rest_regions && !selection->arrays_left && !selection->regions_left)
		assert_true(selection->rest.resident <= totals->resident);
}

static uint64_t least_span(const struct row_entry *entry, const struct view *view)
{
	if (entry->array &&
	    (entry->array->desc.asked_for || entry->array->desc.source == ARRAY_MAPPING))
		return 0;
	return entry->array && entry->array->desc.source == ARRAY_HEAP ? view->min_heap_bytes
								       : view->min_bytes;
}

static void expect_places(const struct selection *selection, const struct view *view)
{
	const struct row_entry *last = NULL, *root = NULL;
	uint32_t count = 0, arrays_left = 0;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		arrays_left += entry->array && entry->place == ROW_LEFT_OUT;
		if (entry->place != ROW_SHOWN)
			continue;
		count++;
		if (last)
			expect_order(last, entry, view->order);
		last = entry;
		assert_true(entry->span >= least_span(entry, view));
	}
	assert_int_equal(arrays_left, selection->arrays_left);
	assert_int_equal(count, selection->shown_count);
	assert_true(!view->top || count <= view->top);
	for (i = 0; i < selection->shown_count; i++) {
		const struct row_entry *entry = selection->shown[i];

		if (!entry->folded)
			root = entry;
		assert_ptr_equal(&selection->entries[entry->under], root);
		assert_true(entry->start < root->end && root->start < entry->end);
	}
}

/* Unfiltered, what is large enough is shown, or lies within what is. */
static void nothing_large_is_missing(void **state)
{
	static struct world world;
	struct view view = { .min_bytes = 8 * PAGE, .min_heap_bytes = 3 * PAGE };
	struct selection selection;
	uint32_t round;
	size_t i;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		set_world(&world);
		assert_int_equal(selection__init(&selection, &world.process, &view, PAGE), 0);
		for (i = 0; i < selection.count; i++) {
			const struct row_entry *entry = &selection.entries[i];

			assert_int_equal(entry->place == ROW_LEFT_OUT,
					 entry->span < least_span(entry, &view));
		}
		selection__deinit(&selection);
	}
}

static void every_view_adds_up(void **state)
{
	static const char *const filters[] = { NULL, "a*", "*", "/?1", "anon*", "x" };
	static struct world world;
	struct selection selection;
	uint32_t round;

	(void)state;
	srand(7);
	for (round = 0; round < ROUNDS; round++) {
		struct view view = {
			.min_bytes = pick(2) ? pick(30) * PAGE : 0,
			.min_heap_bytes = pick(2) ? pick(30) * PAGE : 0,
			.filter = filters[pick(6)],
			.order = (enum row_order)pick(5),
			.top = pick(2) ? pick(9) : 0,
		};

		set_world(&world);
		assert_int_equal(selection__init(&selection, &world.process, &view, PAGE), 0);
		expect_sums(&world, &selection);
		expect_places(&selection, &view);
		selection__deinit(&selection);
	}
}

/* The largest is first, be it a region or an array; what an array has all of is told by it. */
static void one_order(void **state)
{
	static struct world world;
	struct view view = { .order = ROW_BY_RESIDENT, .top = 2 };
	struct selection selection;

	(void)state;
	memset(&world, 0, sizeof(world));
	world.process.regions = world.regions;
	world.process.arrays = world.arrays;
	memset(world.mapped, true, sizeof(world.mapped));
	memset(world.resident, true, sizeof(world.resident));
	add_region(&world, 0, 7);
	add_region(&world, 7, 20);
	add_region(&world, 20, 90);
	add_array(&world, 0, 7);
	add_array(&world, 8, 11);
	assert_int_equal(selection__init(&selection, &world.process, &view, PAGE), 0);
	assert_int_equal(selection.shown_count, 2);
	assert_ptr_equal(selection.shown[0]->region, &world.regions[2]);
	assert_ptr_equal(selection.shown[1]->region, &world.regions[1]);
	selection__deinit(&selection);

	view.top = 3;
	assert_int_equal(selection__init(&selection, &world.process, &view, PAGE), 0);
	assert_ptr_equal(selection.shown[2]->array, &world.arrays[0]);
	assert_int_equal(selection.rest.pages, 0);
	assert_int_equal(selection.arrays_left, 1);
	assert_int_equal(selection.regions_left, 0);
	selection__deinit(&selection);

	view.top = 0;
	assert_int_equal(selection__init(&selection, &world.process, &view, PAGE), 0);
	assert_int_equal(selection.shown_count, 4);
	assert_ptr_equal(selection.shown[2]->array, &world.arrays[1]);
	assert_true(selection.shown[2]->folded);
	selection__deinit(&selection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_adds_up),
		cmocka_unit_test(nothing_large_is_missing),
		cmocka_unit_test(one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
