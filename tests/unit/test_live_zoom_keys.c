/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What keys, the mouse, other sizes and other moments make of a row that is opened. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/format.h"
#include "live_opened.h"

static void the_way_in_and_back(void **state)
{
	static const enum live_key_type back[] = { LIVE_ESCAPE, LIVE_LEFT };
	struct live_key twice = { .type = LIVE_CLICK_TWICE, .row = 5, .column = 3 };
	enum live_wish wish;
	struct stage stage;
	size_t i;

	(void)state;
	stage_begin(&stage, 24, 80);
	press(&stage.live, "jjj\n");
	assert_string_equal(stage.live.zoom->name, "__main__.other");
	press(&stage.live, "q");
	assert_null(stage.live.zoom);
	assert_int_equal(stage.live.at, 3);
	for (i = 0; i < 2; i++) {
		press(&stage.live, "\n");
		assert_non_null(stage.live.zoom);
		press_key(&stage.live, back[i]);
		assert_null(stage.live.zoom);
		assert_int_equal(stage.live.at, 3);
	}
	press(&stage.live, "\nlhh");
	assert_null(stage.live.zoom);
	/* A group folds; what was opened stays open under a page. */
	press(&stage.live, "g\n");
	assert_null(stage.live.zoom);
	press(&stage.live, "\n");
	assert_int_equal(live_state__press(&stage.live, &twice, &wish), 0);
	assert_string_equal(stage.live.zoom->name, "__main__.other");
	press(&stage.live, "?");
	assert_int_equal(stage.live.page, PAGE_HELP);
	press(&stage.live, "q");
	assert_non_null(stage.live.zoom);
	press(&stage.live, "p");
	assert_true(stage.live.paused);
	stage_end(&stage);
}

static void moving(void **state)
{
	struct opened open;

	(void)state;
	opened_begin(&open, &opened_arrays[0], 24, 80);
	opened_expect_cursor(&open,
			     "[0:9, 0:12] at 103e8000-103f9000  9 pages: 3 absent, 2 zero, 3 anon, "
			     "1 swapped; 1 touched, first touch of the 2.0M around it at 0.00 s by "
			     "thread 7");
	press(&open.live, "++++++");
	opened_expect_title(&open, "[0:13, 0:1024]  cell 1x13");
	press(&open.live, "jjjl");
	opened_expect_cell(&open, "[3, 12:25] ");
	/* At the edge what is shown moves. */
	press(&open.live, "jjjjjjjjjj");
	opened_expect_title(&open, "[1:14, 0:1024]  cell 1x13");
	opened_expect_cell(&open, "[13, 12:25] ");
	press_key(&open.live, LIVE_PAGE_DOWN);
	opened_expect_title(&open, "[14:27, 0:1024]  cell 1x13");
	opened_expect_cell(&open, "[26, 12:25] ");
	press_key(&open.live, LIVE_PAGE_UP);
	press_key(&open.live, LIVE_PAGE_UP);
	opened_expect_title(&open, "[0:13, 0:1024]  cell 1x13");
	press_key(&open.live, LIVE_PAGE_UP);
	opened_expect_cell(&open, "[0, 12:25] ");
	press_key(&open.live, LIVE_END);
	opened_expect_cell(&open, "[127, 1011:1024] ");
	press_key(&open.live, LIVE_RIGHT);
	press_key(&open.live, LIVE_DOWN);
	opened_expect_cell(&open, "[127, 1011:1024] ");
	press_key(&open.live, LIVE_UP);
	opened_expect_cell(&open, "[126, 1011:1024] ");
	press_key(&open.live, LIVE_HOME);
	opened_expect_cell(&open, "[0, 0:12] ");
	assert_non_null(open.live.zoom);
	opened_end(&open);
}

/* The same by pages: a line after the other, and a last one that is not full. */
static void moving_by_pages(void **state)
{
	struct opened open;

	(void)state;
	opened_begin(&open, NULL, 9, 50);
	opened_expect_title(&open, "page 0:257  cell 2 pages");
	press_key(&open.live, LIVE_END);
	opened_expect_cell(&open, "page 256 ");
	press(&open.live, "+");
	opened_expect_title(&open, "page 57:257  cell 1 page");
	opened_expect_cell(&open, "page 256 ");
	press(&open.live, "k");
	opened_expect_cell(&open, "page 206 ");
	press_key(&open.live, LIVE_HOME);
	opened_expect_title(&open, "page 0:200  cell 1 page");
	press(&open.live, "jjjj");
	opened_expect_title(&open, "page 50:250  cell 1 page");
	opened_expect_cell(&open, "page 200 ");
	opened_end(&open);
}

static void the_mouse(void **state)
{
	struct live_key key = { .type = LIVE_CLICK, .row = 4, .column = 7 };
	enum live_wish wish;
	struct opened open;

	(void)state;
	opened_begin(&open, &opened_arrays[0], 24, 64);
	assert_int_equal(live_state__press(&open.live, &key, &wish), 0);
	opened_expect_cell(&open, "[19:29, 112:128] ");
	key.type = LIVE_WHEEL_UP;
	key.column = 8;
	assert_int_equal(live_state__press(&open.live, &key, &wish), 0);
	opened_expect_title(&open, "[10:74, 0:1024]  cell 5x16");
	key.type = LIVE_WHEEL_DOWN;
	assert_int_equal(live_state__press(&open.live, &key, &wish), 0);
	opened_expect_title(&open, "[0:128, 0:1024]  cell 10x16");
	/* Outside of the cells there is nothing to point at. */
	key.row = 1;
	key.type = LIVE_WHEEL_UP;
	assert_int_equal(live_state__press(&open.live, &key, &wish), 0);
	opened_expect_title(&open, "[0:128, 0:1024]  cell 10x16");
	opened_end(&open);
}

/* The cell under the cursor stays there when what is around it grows. */
static void zooming(void **state)
{
	struct opened open;
	const struct window *window;
	uint64_t before[2], end, after[2];
	int i, axis;

	(void)state;
	opened_begin(&open, &opened_arrays[0], 24, 80);
	window = &open.live.zoom->window;
	for (i = 0; i < 30; i++)
		press(&open.live, i % 3 ? "l" : "jl");
	for (axis = 0; axis < 2; axis++)
		window__cell(window, axis, window->cursor[axis], &before[axis], &end);
	press(&open.live, "++");
	assert_int_equal(window->axes[0].count, ROWS / 4);
	assert_int_equal(window->axes[1].count, COLUMNS);
	for (axis = 0; axis < 2; axis++) {
		window__cell(window, axis, window->cursor[axis], &after[axis], &end);
		assert_true(after[axis] <= before[axis] && before[axis] < end);
	}
	press(&open.live, "--");
	assert_true(window->whole);
	assert_int_equal(window->axes[0].count, ROWS);
	opened_end(&open);
}

/* Broadcast elements may be more than any product fits. */
static void countless_rows(void **state)
{
	static const struct opened_array array = { "many", AT(FIRST), 1ll << 60, 4, 0, 8 };
	struct opened open;
	int i;

	(void)state;
	opened_begin(&open, &array, 24, 80);
	for (i = 0; i < 70; i++) {
		press(&open.live, "+jf");
		press_key(&open.live, LIVE_PAGE_DOWN);
		assert_int_equal(live_draw(&open.live, &open.cells), 0);
	}
	press(&open.live, "G");
	opened_expect_cell(&open, "[1064235235021704900:1152921504606846976, 3] ");
	opened_end(&open);
}

static struct picture *picture_without(const struct picture *before)
{
	struct scene scene;

	scene_begin(&scene, 30);
	scene_process(&scene, 7, 1, "python3");
	scene_region(&scene, FIRST, FIRST + 2, VMA_ANON, "", false);
	return scene_picture(&scene, before);
}

static void what_goes_away(void **state)
{
	struct picture *later;
	struct opened open;

	(void)state;
	opened_begin(&open, &opened_arrays[0], 24, 80);
	later = picture_without(open.picture);
	assert_int_equal(live_state__show(&open.live, later), 0);
	assert_null(open.live.zoom);
	expect_line(&open.live, &open.cells, 22, "closed, as it is gone: in rows");
	press(&open.live, "j");
	assert_string_equal(open.live.note, "");
	opened_end(&open);
	picture__free(later);
}

/* A region that shrinks, and its cursor beyond the end. */
static void what_shrinks(void **state)
{
	struct picture *later;
	struct opened open;

	(void)state;
	opened_begin(&open, NULL, 24, 80);
	press(&open.live, "+G");
	later = picture_without(open.picture);
	assert_int_equal(live_state__show(&open.live, later), 0);
	assert_non_null(open.live.zoom);
	opened_expect_cursor(&open, "page 1 at 103e9000-103ea000  1 page: absent; not touched");
	opened_end(&open);
	picture__free(later);
}

static void every_size(void **state)
{
	static const char *const keys[] = { "", "c", "cc+", "ccc", "+++G" };
	uint32_t rows, columns, at, signs;
	size_t i, which;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (which = 0; which < 4; which++) {
			struct opened open;

			opened_begin(&open, which ? &opened_arrays[which * 2 - 1] : NULL, 24, 80);
			press(&open.live, keys[i]);
			for (rows = 1; rows <= 80; rows += rows < 20 ? 1 : 20) {
				for (columns = 1; columns <= 300; columns += columns < 9 ? 1 : 29) {
					signs = rows % 3;
					open.live.signs = (enum live_signs)(signs + 1);
					open.live.colors = columns % 2;
					assert_int_equal(cells__resize(&open.cells, rows, columns),
							 0);
					live_state__resize(&open.live, rows, columns);
					assert_int_equal(live_draw(&open.live, &open.cells), 0);
					for (at = 0; at < rows * columns; at++)
						assert_false(format_is_unsafe(
							open.cells.cells[at].character
								? open.cells.cells[at].character
								: 'x'));
				}
			}
			opened_end(&open);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_in_and_back),
		cmocka_unit_test(moving),
		cmocka_unit_test(moving_by_pages),
		cmocka_unit_test(the_mouse),
		cmocka_unit_test(zooming),
		cmocka_unit_test(what_goes_away),
		cmocka_unit_test(countless_rows),
		cmocka_unit_test(what_shrinks),
		cmocka_unit_test(every_size),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
