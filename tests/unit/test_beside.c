/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Processes side by side: the order of ranks, equal names, and which column stands out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/diff/beside.h"
#include "model/moment_lists.h"
#include "render/beside.h"

#define PAGE 64ull
#define BASE (1ull << 32)

struct listed {
	const char *name;
	uint64_t resident; /* pages, of 99 */
};

/* A process whose arrays lie one behind the other. */
static void add_process(struct beside *beside, const char *rank, const struct listed *arrays,
			size_t count, const char *missing)
{
	struct beside_source source = { .file = "f", .rank = rank, .number = 1, .count = 1 };
	struct process_moment process = { 0 };
	struct moment moment = { .processes = &process, .process_count = 1 };
	struct vma vma = { .start = BASE, .end = BASE + 400 * PAGE, .path = "" };
	struct array_desc descs[4] = { 0 };
	struct page_run runs[4];
	struct process_lists lists = { .vmas = { &vma, 1, 1 },
				       .runs = { runs, 0, 4 },
				       .arrays = { descs, count, 4 } };
	const struct view all = { 0 };
	size_t i;

	moment.header.environment.page_bytes = PAGE;
	moment.header.environment.pmd_bytes = 512 * PAGE;
	moment.header.complete = process.header.complete = true;
	if (missing)
		process_moment__miss_names(&process, "%s", missing);
	for (i = 0; i < count; i++) {
		uint64_t start = BASE + i * 100 * PAGE;

		descs[i] = (struct array_desc){ .id = (uint32_t)i + 1,
						.source = ARRAY_MARK,
						.name = (char *)arrays[i].name,
						.start = start,
						.end = start + 99 * PAGE };
		if (arrays[i].resident)
			runs[lists.runs.count++] =
				(struct page_run){ start, start + arrays[i].resident * PAGE,
						   PAGE_ANON, false };
	}
	assert_int_equal(process_moment__keep(&process, &lists), 0);
	assert_int_equal(beside__add(beside, &moment, &source, &all), 0);
	process_moment__deinit(&process);
}

static void finish(struct beside *beside, uint32_t top)
{
	const struct view view = { .top = top };

	assert_int_equal(beside__finish(beside, &view), 0);
}

static void expect_row(const struct beside_row *row, const char *name, size_t cells, uint64_t least,
		       uint64_t most, uint64_t apart, size_t out)
{
	assert_string_equal(row->cells->name, name);
	assert_int_equal(row->cell_count, cells);
	assert_int_equal(row->resident.least, least * PAGE);
	assert_int_equal(row->resident.most, most * PAGE);
	assert_int_equal(row->resident.apart, apart * PAGE);
	if (apart)
		assert_int_equal(row->resident.out, out);
}

static void test_ranks(void **state)
{
	static const struct listed ten[] = { { "x", 7 }, { "y", 5 } };
	static const struct listed nine[] = { { "x", 3 }, { "y", 5 }, { "x", 1 } };
	static const struct listed two[] = { { "y", 5 }, { "z", 0 } };
	struct beside beside = { 0 };

	(void)state;
	add_process(&beside, "10", ten, 2, NULL);
	add_process(&beside, "9", nine, 3, NULL);
	add_process(&beside, "2", two, 2, NULL);
	finish(&beside, 0);
	assert_true(beside.ranked);
	assert_string_equal(beside.columns[0].rank, "2");
	assert_string_equal(beside.columns[2].rank, "10");
	assert_int_equal(beside.row_count, 3);
	/* 0, 3 + 1, 7: 2 is farthest from 9. */
	expect_row(&beside.rows[0], "x", 2, 4, 7, 7, 0);
	assert_int_equal(beside.rows[0].cells[0].column, 1);
	expect_row(&beside.rows[1], "y", 3, 5, 5, 0, 0);
	expect_row(&beside.rows[2], "z", 1, 0, 0, 0, 0);
	assert_int_equal(beside.rss.least, 5 * PAGE);
	assert_int_equal(beside.rss.most, 12 * PAGE);
	assert_int_equal(beside.rss.out, 0);
	beside__deinit(&beside);
}

/* Two of one rank, or one without: they have numbers, in the order in which they came. */
static void test_no_ranks(void **state)
{
	static const char *const words[][2] = { { "1", "1" }, { "1", NULL } };
	static const struct listed one[] = { { "x", 7 } }, other[] = { { "x", 8 } };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct beside beside = { 0 };

		add_process(&beside, words[i][0], other, 1, NULL);
		add_process(&beside, words[i][1], one, 1, NULL);
		finish(&beside, 0);
		assert_false(beside.ranked);
		expect_row(&beside.rows[0], "x", 2, 7, 8, 1, 0);
		assert_int_equal(beside.rows[0].cells[0].resident_bytes, 8 * PAGE);
		beside__deinit(&beside);
	}
}

static void test_unknown(void **state)
{
	static const struct listed both[] = { { "x", 7 }, { "y", 5 } };
	struct beside beside = { 0 };

	(void)state;
	add_process(&beside, NULL, both, 2, NULL);
	add_process(&beside, NULL, both, 0, "it could not be read");
	add_process(&beside, NULL, both, 1, NULL);
	finish(&beside, 1);
	expect_row(&beside.rows[0], "y", 1, 5, 5, 5, 0);
	assert_int_equal(beside.row_count, 1);
	assert_int_equal(beside.more_rows, 1);
	beside__deinit(&beside);
}

static void test_nothing(void **state)
{
	const struct view view = { .width = 80 };
	struct beside beside = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	finish(&beside, 0);
	assert_int_equal(beside_text(&beside, &view, out), 0);
	assert_int_equal(beside_json(&beside, out), 0);
	fclose(out);
	free(text);
	beside__deinit(&beside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_no_ranks),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
