/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges and grids on a terminal: at every width, no line too long, no range torn. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/text.h"

#define PAGE 4096u
#define ROWS 3u
#define CELLS 40u

static int64_t dims[] = { 1009, 20000000003, 0, 8 };
static struct array_shape shape = { .ndim = 2, .dims = dims, .dtype = "float64" };
static struct index_span spans[] = {
	{ 100, 200, 1, 1 },
	{ 1000000000, 1700000017, 1, 1 },
	{ 0, 1004, 17, 1 },
	{ 2, 19999999000, 1000000, 512 },
};

static void set_array(struct array_row *row, uint64_t *counts)
{
	uint32_t i;

	memset(row, 0, sizeof(*row));
	row->desc.name = (char *)"__main__.grid";
	row->desc.shape = &shape;
	row->vma_count = 1;
	row->tally.pages = row->interior.pages = 1009;
	row->tally.resident = row->tally.states[PAGE_ANON] = 13;
	row->tally.states[PAGE_ABSENT] = 996;
	row->interior.resident = 13;
	row->resident = (struct index_set){ true, 1, 14, 2, 2, spans };
	row->grid = (struct grid){ ROWS,
				   CELLS,
				   true,
				   counts,
				   counts + ROWS * CELLS,
				   counts + 2 * ROWS * CELLS,
				   counts + 3 * ROWS * CELLS };
	for (i = 0; i < ROWS * CELLS; i++) {
		row->grid.elements[i] = 100;
		row->grid.resident[i] = i % 101;
		row->grid.zero[i] = i % 2;
	}
}

static char *render(const struct array_row *row, bool detail, const struct view *options)
{
	struct process_snapshot process = { .arrays = (struct array_row *)row, .array_count = 1 };
	struct snapshot snapshot = { .header = { .version = "9.9.9",
						 .environment = { .page_bytes = PAGE },
						 .tier = "scan",
						 .backend = "none",
						 .page_reader = "scan" },
				     .processes = &process,
				     .process_count = 1 };
	struct view view = *options;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	view.detail = detail;
	assert_int_equal(text_render(&snapshot, &view, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Columns of our own glyphs. */
static uint32_t columns_of(const char *line, size_t bytes)
{
	uint32_t columns = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		columns += ((unsigned char)line[i] & 0xc0) != 0x80;
	return columns;
}

static const char *find_line(const char *text, const char *begin)
{
	const char *found = strstr(text, begin);

	assert_non_null(found);
	return found;
}

static void expect_grid(const char *text, uint32_t width)
{
	static const char *const labels[] = { "\n           0 ", "\n         336 ",
					      "\n         672 " };
	const char *line = find_line(text, " 20000000002\n");
	size_t i;

	while (line > text && line[-1] != '\n')
		line--;
	assert_int_equal(strcspn(line, "\n"), width);
	for (i = 0; i < ROWS; i++) {
		line = find_line(text, labels[i]) + 1;
		assert_int_equal(columns_of(line, strcspn(line, "\n")), width);
	}
}

static void every_width(void **state)
{
	struct view options = { 0 };
	uint64_t counts[4 * ROWS * CELLS] = { 0 };
	struct array_row row;
	const char *line;
	char *text;

	(void)state;
	set_array(&row, counts);
	for (options.width = 40; options.width <= 300; options.width++) {
		options.unicode = options.width % 2;
		text = render(&row, true, &options);
		for (line = text; *line; line += strcspn(line, "\n") + 1)
			assert_true(columns_of(line, strcspn(line, "\n")) <= options.width);
		expect_grid(text, options.width);
		assert_non_null(strstr(text, "grid[100:200, 1000000000:1700000017],"));
		/* The no-break blank is a blank to the reader. */
		assert_null(strstr(text, "\u00a0"));
		if (options.width >= 80) {
			assert_non_null(strstr(text, "grid[::17, i:i+512] for i in "
						     "range(2, 19999999000, 1000000)"));
			assert_non_null(strstr(text, "12 more"));
		}
		for (line = text; !options.unicode && *line; line++)
			assert_true(*line == '\n' || (*line >= ' ' && *line <= '~'));
		free(text);
	}
}

static void what_is_not_told(void **state)
{
	struct view options = { .width = 100 };
	uint64_t counts[4 * ROWS * CELLS] = { 0 };
	struct array_row row;
	char *text;

	(void)state;
	set_array(&row, counts);
	row.resident = (struct index_set){ .ndim = 2 };
	row.grid.told = false;
	text = render(&row, true, &options);
	assert_non_null(strstr(text, "resident: not listed: too many pieces\n"));
	assert_non_null(strstr(text, "rows and columns: not listed: too many pieces\n"));
	free(text);

	/* Nothing is said of what the sentence says: the page of a header, all pages. */
	set_array(&row, counts);
	row.interior.resident = 0;
	text = render(&row, false, &options);
	assert_null(strstr(text, "resident: grid"));
	assert_null(strstr(text, "336 "));
	free(text);
	set_array(&row, counts);
	row.tally.resident = row.interior.resident = 1009;
	text = render(&row, false, &options);
	assert_null(strstr(text, "resident: grid"));
	free(text);
	/* All but a page at the end, which other memory shares. */
	row.tally.pages++;
	text = render(&row, true, &options);
	assert_null(strstr(text, "resident: grid"));
	free(text);
}

/* Without details so many that a reader sees a shape in them. Blocks at distances are many. */
static void few_ranges(void **state)
{
	struct view options = { .width = 100 };
	uint64_t counts[4 * ROWS * CELLS] = { 0 };
	struct array_row row;
	char *text;

	(void)state;
	set_array(&row, counts);
	text = render(&row, false, &options);
	assert_null(strstr(text, "resident: grid"));
	free(text);
	row.resident.ranges = row.resident.kept = 1;
	text = render(&row, false, &options);
	assert_non_null(strstr(text, "resident: grid[100:200, 1000000000:1700000017]\n"));
	free(text);
	row.resident.spans = spans + 2;
	text = render(&row, false, &options);
	assert_null(strstr(text, "resident: grid"));
	free(text);
	text = render(&row, true, &options);
	assert_non_null(strstr(text, "resident: grid[::17, i:i+512] for i in range("));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width),
		cmocka_unit_test(what_is_not_told),
		cmocka_unit_test(few_ranges),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
