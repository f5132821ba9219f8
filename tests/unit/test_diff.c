/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What changed between two moments; the bytes of an array one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/diff/change.h"
#include "model/diff/diff.h"
#include "model/moment_lists.h"
#include "strided.h"

#define ROUNDS 300
#define PAGES 97u
#define PAGE 64ull
#define BASE (1ull << 32)

struct random_side {
	enum page_state states[PAGES];
	struct page_run runs[PAGES];
	struct page_runs list;
	struct array_desc array;
};

static void draw_side(struct random_side *side, uint64_t *random, uint64_t bytes)
{
	size_t i;

	memset(side, 0, sizeof(*side));
	side->list.runs = side->runs;
	for (i = 0; i < PAGES; i++) {
		side->states[i] = i && strided_random(random, 3)
					  ? side->states[i - 1]
					  : (enum page_state)strided_random(random, PAGE_STATES);
		if (side->states[i] != PAGE_ABSENT)
			side->runs[side->list.count++] =
				(struct page_run){ BASE + i * PAGE, BASE + (i + 1) * PAGE,
						   side->states[i], false };
	}
	side->array.start = BASE + strided_random(random, PAGES * PAGE - bytes + 1);
	side->array.end = side->array.start + bytes;
}

static enum page_state state_at(const struct random_side *side, uint64_t offset)
{
	return side->states[(side->array.start + offset - BASE) / PAGE];
}

static bool is_zero(enum page_state state)
{
	return state == PAGE_ZERO || state == PAGE_ZERO_HUGE;
}

static bool is_huge(enum page_state state, bool huge_known)
{
	return state == PAGE_ANON_HUGE && huge_known;
}

/* Guard pages have nothing in memory. */
static bool is_there(enum page_state state)
{
	return is_zero(state) || state == PAGE_SWAPPED || page_state_resident(state);
}

static bool changed(enum page_state was, enum page_state is, enum change change, bool huge_known)
{
	bool small = page_state_resident(is) && !is_huge(is, huge_known);

	switch (change) {
	case CHANGE_RESIDENT:
		return small && !page_state_resident(was);
	case CHANGE_HUGE:
		return is_huge(is, huge_known) && !is_huge(was, huge_known);
	case CHANGE_SPLIT:
		return small && is_huge(was, huge_known);
	case CHANGE_ZERO:
		return is_zero(is) && !is_zero(was);
	case CHANGE_SWAPPED:
		return is == PAGE_SWAPPED && was != PAGE_SWAPPED;
	default:
		return is_there(was) && !is_there(is);
	}
}

static void expect_bytes(const struct random_side *before, const struct random_side *after,
			 const struct array_change *got, uint64_t bytes)
{
	uint64_t resident[2] = { 0 }, sums[CHANGES] = { 0 }, offset;
	int change;

	for (offset = 0; offset < bytes; offset++) {
		enum page_state was = state_at(before, offset), is = state_at(after, offset);

		resident[0] += page_state_resident(was);
		resident[1] += page_state_resident(is);
		for (change = 0; change < CHANGES; change++) {
			bool expected = changed(was, is, (enum change)change, got->huge_known);

			sums[change] += expected;
			assert_int_equal(
				!!intervals__at(&got->ranges[change], after->array.start + offset),
				expected);
		}
	}
	assert_int_equal(got->resident[0], resident[0]);
	assert_int_equal(got->resident[1], resident[1]);
	assert_int_equal(got->resident[0] + got->gained, got->resident[1] + got->lost);
	for (change = 0; change < CHANGES; change++)
		assert_int_equal(got->bytes[change], sums[change]);
}

static void test_bytes(void **state)
{
	uint64_t random = 1, round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		uint64_t bytes = 1 + strided_random(&random, PAGES * PAGE);
		struct random_side sides[2];
		struct change_side change[2];
		struct array_change got = { 0 };
		int i;

		for (i = 0; i < 2; i++) {
			draw_side(&sides[i], &random, bytes);
			change[i] = (struct change_side){ &sides[i].array, &sides[i].list, PAGE,
							  strided_random(&random, 4) != 0 };
		}
		assert_int_equal(array_change__fill(&change[0], &change[1], &got), 0);
		assert_int_equal(got.huge_known, change[0].huge_known && change[1].huge_known);
		expect_bytes(&sides[0], &sides[1], &got, bytes);
		array_change__deinit(&got);
	}
}

/* What lies between the elements of a column belongs to other arrays. */
static void test_gaps_are_not_the_arrays(void **state)
{
	int64_t dims[2] = { 3, 10 * (int64_t)PAGE };
	struct array_shape shape = { .ndim = 1, .dims = dims, .dtype = "int8" };
	struct array_desc column = { .start = BASE, .end = BASE + 20 * PAGE + 1, .shape = &shape };
	struct page_run run = { BASE, BASE + PAGES * PAGE, PAGE_ANON, false };
	struct page_runs full = { &run, 1, 1 }, none = { 0 };
	struct change_side before = { &column, &none, PAGE, true };
	struct change_side after = { &column, &full, PAGE, true };
	struct array_change got = { 0 };

	(void)state;
	assert_int_equal(array_change__fill(&before, &after, &got), 0);
	assert_int_equal(got.resident[1], 2 * PAGE + 1);
	assert_int_equal(got.bytes[CHANGE_RESIDENT], 2 * PAGE + 1);
	assert_int_equal(got.ranges[CHANGE_RESIDENT].count, 3);
	array_change__deinit(&got);
}

struct listed {
	const char *name;
	uint64_t start, pages, resident; /* of its pages, those in front */
};

/* A process that has one mapping for each array, with this path. */
static void add_process(struct moment *moment, uint32_t pid, const char *comm, const char *path,
			const struct listed *arrays, size_t count)
{
	struct process_moment *process = &moment->processes[moment->process_count++];
	struct vma vmas[8] = { 0 };
	struct page_run runs[8] = { 0 };
	struct array_desc descs[8] = { 0 };
	struct process_lists lists = { .vmas = { vmas, count, 8 },
				       .runs = { runs, 0, 8 },
				       .arrays = { descs, count, 8 } };
	size_t i;

	memset(process, 0, sizeof(*process));
	process->header.facts.pid = pid;
	process->header.facts.start_ticks = 7;
	strcpy(process->header.facts.comm, comm);
	process->header.complete = true;
	for (i = 0; i < count; i++) {
		uint64_t end = arrays[i].start + arrays[i].pages * PAGE;

		vmas[i] = (struct vma){
			.start = arrays[i].start, .end = end, .readable = true, .path = (char *)path
		};
		descs[i] = (struct array_desc){ .id = (uint32_t)i + 1,
						.source = ARRAY_MARK,
						.name = (char *)arrays[i].name,
						.start = arrays[i].start,
						.end = end };
		if (arrays[i].resident)
			runs[lists.runs.count++] =
				(struct page_run){ arrays[i].start,
						   arrays[i].start + arrays[i].resident * PAGE,
						   PAGE_ANON, false };
	}
	assert_int_equal(process_moment__keep(process, &lists), 0);
}

static struct moment new_moment(void)
{
	struct moment moment = { 0 };

	moment.header.environment.page_bytes = PAGE;
	moment.header.environment.pmd_bytes = 512 * PAGE;
	moment.header.complete = true;
	moment.processes = calloc(4, sizeof(*moment.processes));
	assert_non_null(moment.processes);
	return moment;
}

static const struct diff_row *row_named(const struct diff_process *process, const char *name)
{
	size_t i;

	for (i = 0; i < process->row_count; i++) {
		const struct diff_row *row = &process->rows[i];

		if (!strcmp(row->array[row->array[1] ? 1 : 0]->name, name))
			return row;
	}
	return NULL;
}

static void expect_mappings(const struct diff_process *process)
{
	uint64_t sums[2] = { process->rss_bytes[0], process->rss_bytes[1] };
	size_t i;

	for (i = 0; i < process->mapping_count; i++) {
		sums[0] -= process->mappings[i].resident_bytes[0];
		sums[1] -= process->mappings[i].resident_bytes[1];
	}
	assert_int_equal(sums[0], sums[1]);
}

static void test_one_process(void **state)
{
	static const struct listed before[] = { { "same", BASE, 11, 7 },
						{ "grows", BASE + 20 * PAGE, 13, 2 },
						{ "gone", BASE + 40 * PAGE, 5, 5 },
						{ "other", BASE + 50 * PAGE, 7, 1 },
						{ "wide", BASE + 60 * PAGE, 3, 0 } };
	static const struct listed after[] = { { "same", BASE, 11, 7 },
					       { "grows", BASE + 20 * PAGE, 13, 13 },
					       { "other", BASE + 70 * PAGE, 7, 2 },
					       { "wide", BASE + 60 * PAGE, 4, 0 } };
	struct moment moments[2] = { new_moment(), new_moment() };
	const struct view all = { 0 }, top = { .top = 2 }, none = { .filter = "nothing*" };
	struct diff diff;

	(void)state;
	add_process(&moments[0], 12, "a", "", before, 5);
	add_process(&moments[1], 12, "a", "", after, 4);
	assert_int_equal(diff__of(&moments[0], &moments[1], &all, &diff), 0);
	assert_true(diff__any(&diff) && diff.known);
	assert_int_equal(diff.process_count, 1);
	assert_int_equal(diff.processes->same, 1);
	assert_int_equal(diff.processes->row_count, 5);
	assert_string_equal(diff.processes->rows[0].array[1]->name, "grows");
	assert_int_equal(diff.processes->rows[0].change.bytes[CHANGE_RESIDENT], 11 * PAGE);
	assert_null(row_named(diff.processes, "gone")->array[1]);
	assert_int_equal(row_named(diff.processes, "gone")->change.bytes[CHANGE_LEFT], 5 * PAGE);
	assert_true(row_named(diff.processes, "other")->elsewhere);
	assert_int_equal(row_named(diff.processes, "other")->change.gained, PAGE);
	/* Another length is another array: one is gone, one is new. */
	assert_null(row_named(diff.processes, "same"));
	assert_int_equal(diff.processes->rss_bytes[0], 15 * PAGE);
	assert_int_equal(diff.processes->rss_bytes[1], 22 * PAGE);
	expect_mappings(diff.processes);
	diff__deinit(&diff);

	assert_int_equal(diff__of(&moments[0], &moments[1], &top, &diff), 0);
	assert_int_equal(diff.processes->row_count, 2);
	assert_int_equal(diff.processes->more_rows, 3);
	diff__deinit(&diff);
	assert_int_equal(diff__of(&moments[0], &moments[1], &none, &diff), 0);
	assert_false(diff__any(&diff));
	diff__deinit(&diff);
	assert_int_equal(diff__of(&moments[1], &moments[1], &all, &diff), 0);
	assert_false(diff__any(&diff));
	assert_int_equal(diff.processes->same, 4);
	diff__deinit(&diff);
	moment__deinit(&moments[0]);
	moment__deinit(&moments[1]);
}

/* The object and its place are what they were. */
static void test_another_name(void **state)
{
	static const struct listed before[] = { { "old", BASE, 11, 7 },
						{ "wide", BASE + 20 * PAGE, 5, 0 } };
	static const struct listed after[] = { { "name", BASE, 11, 9 },
					       { "other", BASE + 20 * PAGE, 6, 0 } };
	struct moment moments[3] = { new_moment(), new_moment(), new_moment() };
	const struct view all = { 0 };
	const struct diff_row *row;
	struct diff diff;

	(void)state;
	add_process(&moments[0], 12, "a", "", before, 2);
	add_process(&moments[1], 12, "a", "", after, 2);
	add_process(&moments[2], 13, "a", "", after, 2);
	assert_int_equal(diff__of(&moments[0], &moments[1], &all, &diff), 0);
	assert_int_equal(diff.processes->row_count, 3);
	row = row_named(diff.processes, "name");
	assert_string_equal(row->array[0]->name, "old");
	assert_int_equal(row->change.bytes[CHANGE_RESIDENT], 2 * PAGE);
	assert_null(row_named(diff.processes, "other")->array[0]);
	assert_null(row_named(diff.processes, "wide")->array[1]);
	diff__deinit(&diff);
	/* In another process the place says nothing. */
	assert_int_equal(diff__of(&moments[0], &moments[2], &all, &diff), 0);
	assert_int_equal(diff.processes->row_count, 4);
	diff__deinit(&diff);
	moment__deinit(&moments[0]);
	moment__deinit(&moments[1]);
	moment__deinit(&moments[2]);
}

/* First the same process, then the next one of its name; the others are new or gone. */
static void test_processes(void **state)
{
	static const struct listed one[] = { { "x", BASE, 11, 7 } };
	struct moment moments[2] = { new_moment(), new_moment() };
	const struct view all = { 0 };
	struct diff diff;

	(void)state;
	add_process(&moments[0], 30, "worker", "/a", one, 1);
	add_process(&moments[0], 20, "worker", "/a", one, 1);
	add_process(&moments[0], 9, "shell", "/a", one, 1);
	add_process(&moments[1], 20, "worker", "/a", one, 1);
	add_process(&moments[1], 41, "worker", "/a", one, 1);
	add_process(&moments[1], 42, "worker", "/a", one, 1);
	moments[1].header.losses.count[LOSS_UNREADABLE] = 1;
	assert_int_equal(diff__of(&moments[0], &moments[1], &all, &diff), 0);
	assert_false(diff.known);
	assert_int_equal(diff.process_count, 4);
	assert_int_equal(diff.processes[0].header[0]->facts.pid, 20);
	assert_int_equal(diff.processes[1].header[0]->facts.pid, 30);
	assert_int_equal(diff.processes[1].header[1]->facts.pid, 41);
	assert_null(diff.processes[2].header[0]);
	assert_null(diff.processes[3].header[1]);
	assert_int_equal(diff.processes[3].mapping_count, 1);
	assert_int_equal(diff.processes[1].row_count, 0);
	diff__deinit(&diff);
	moment__deinit(&moments[0]);
	moment__deinit(&moments[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),	    cmocka_unit_test(test_gaps_are_not_the_arrays),
		cmocka_unit_test(test_one_process), cmocka_unit_test(test_another_name),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
