/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live_opened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum book opened_book(uint64_t page)
{
	return (enum book)((page * 7 + page / 5) % 5);
}

static const enum page_state states[] = { PAGE_ABSENT, PAGE_ANON, PAGE_ANON, PAGE_ZERO,
					  PAGE_SWAPPED };

static void add_book(struct scene *scene)
{
	uint64_t page;

	scene_region(scene, FIRST, FIRST + PAGES + 1, VMA_ANON, "", false);
	for (page = 0; page <= PAGES; page++) {
		if (opened_book(page) != BOOK_ABSENT)
			scene_pages(scene, FIRST + page, FIRST + page + 1,
				    states[opened_book(page)]);
		if (opened_book(page) == BOOK_TOUCHED)
			scene_touch(scene, FIRST + page, FIRST + page + 1);
	}
}

const struct opened_array opened_arrays[OPENED_ARRAYS] = {
	{ "in rows", AT(FIRST), ROWS, COLUMNS, ROW_BYTES, 8 },
	{ "in columns", AT(FIRST), COLUMNS, ROWS, 8, ROW_BYTES },
	{ "not aligned", AT(FIRST) + 16, ROWS, COLUMNS, ROW_BYTES, 8 },
	{ "backwards", AT(FIRST + PAGES) - 8, ROWS, COLUMNS, -ROW_BYTES, -8 },
	{ "every other", AT(FIRST), ROWS / 2, COLUMNS / 4, 2 * ROW_BYTES, 32 },
	{ "narrow", AT(FIRST), 8192, 16, 128, 8 },
	{ "broadcast", AT(FIRST), 50, COLUMNS, 0, 8 },
};

void opened_begin(struct opened *open, const struct opened_array *view, uint32_t rows,
		  uint32_t columns)
{
	struct scene scene;

	scene_begin(&scene, 20);
	scene_process(&scene, 7, 1, "python3");
	add_book(&scene);
	if (view) {
		uint64_t span =
			(uint64_t)(view->rows - 1) * (uint64_t)llabs(view->row_stride) +
			(uint64_t)(view->columns - 1) * (uint64_t)llabs(view->column_stride);
		uint64_t start = view->data - (view->column_stride < 0 ? span : 0);
		uint64_t end = start + span + 8;

		scene_array(&scene, 1, view->name, start, end, 0);
		scene_shape(&scene, view->data, view->rows, view->columns, view->row_stride,
			    view->column_stride);
	}
	open->view = view;
	open->picture = scene_picture(&scene, NULL);
	live_begin(&open->live, &open->cells, open->picture, rows, columns);
	press(&open->live, "j\n");
	assert_non_null(open->live.zoom);
}

void opened_end(struct opened *open)
{
	live_end(&open->live, &open->cells);
	picture__free(open->picture);
}

char *opened_cursor(const struct opened *open)
{
	return zoom_cursor_text(&open->live, zoom__item(&open->live));
}

void opened_expect_cursor(const struct opened *open, const char *expected)
{
	char *text = opened_cursor(open);

	assert_string_equal(text, expected);
	free(text);
}

void opened_expect_cell(const struct opened *open, const char *expected)
{
	char *text = opened_cursor(open);

	text[strlen(expected)] = '\0';
	assert_string_equal(text, expected);
	free(text);
}

void opened_expect_title(struct opened *open, const char *expected)
{
	char *text = drawn(&open->live, &open->cells), *title = strchr(text, '\n') + 1;

	*strchr(title, '\n') = '\0';
	assert_true(strlen(title) > strlen(expected));
	assert_string_equal(title + strlen(title) - strlen(expected), expected);
	free(text);
}
