/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What keys and the mouse make of the live view. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live_scene.h"

/* The name of the row that the cursor stands on. */
static void expect_cursor(const struct stage *stage, const char *name)
{
	const struct item *item = live_state__item(&stage->live);

	assert_non_null(item);
	assert_string_equal(item->name, name);
}

static void moving(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 8, 80);
	expect_cursor(&stage, "Arrays");
	press(&stage.live, "jj");
	expect_cursor(&stage, "__main__.field_view");
	press_key(&stage.live, LIVE_END);
	expect_cursor(&stage, "Libraries");
	/* Four lines of the list fit: the last ones are there. */
	assert_int_equal(stage.live.top, 3);
	press_key(&stage.live, LIVE_DOWN);
	expect_cursor(&stage, "Libraries");
	press_key(&stage.live, LIVE_PAGE_UP);
	expect_cursor(&stage, "__main__.field_view");
	press(&stage.live, "g");
	expect_cursor(&stage, "Arrays");
	press_key(&stage.live, LIVE_UP);
	expect_cursor(&stage, "Arrays");
	press_key(&stage.live, LIVE_WHEEL_DOWN);
	expect_cursor(&stage, "__main__.other");
	/* The cursor stays on its row when another order moves that. */
	press(&stage.live, ">");
	press(&stage.live, "jjjj\n");
	assert_int_equal(stage.live.order, LIST_BY_NAME);
	expect_cursor(&stage, "__main__.other");
	stage_end(&stage);
}

static void folding(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	press(&stage.live, " ");
	expect_line(&stage.live, &stage.cells, 2,
		    "▸ Arrays (3)            4.0M 768K    +256K      256K");
	expect_line(&stage.live, &stage.cells, 3,
		    "  [heap]                400K 200K        0         0      "
		    "███████████···········");
	press_key(&stage.live, LIVE_RIGHT);
	press(&stage.live, "j");
	press_key(&stage.live, LIVE_LEFT);
	expect_cursor(&stage, "__main__.field");
	press(&stage.live, "j");
	expect_cursor(&stage, "__main__.other");
	/* From what cannot be folded to what holds it. */
	press_key(&stage.live, LIVE_LEFT);
	expect_cursor(&stage, "Arrays");
	stage_end(&stage);
}

static void searching(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	press(&stage.live, "/LIBC");
	expect_line(&stage.live, &stage.cells, 14, "Search: LIBC");
	press(&stage.live, "\n");
	/* It was folded away. */
	expect_cursor(&stage, "libc.so.6 r-x");
	press(&stage.live, "n");
	expect_cursor(&stage, "libc.so.6 r--");
	press(&stage.live, "n");
	expect_cursor(&stage, "libc.so.6 r-x");
	press(&stage.live, "N");
	expect_cursor(&stage, "libc.so.6 r--");
	press(&stage.live, "/nothing\n");
	expect_line(&stage.live, &stage.cells, 13, "not found: nothing");
	expect_cursor(&stage, "libc.so.6 r--");
	press(&stage.live, "/field");
	press(&stage.live, "\033");
	expect_cursor(&stage, "libc.so.6 r--");
	stage_end(&stage);
}

static void filtering(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 8, 60);
	press(&stage.live, "\\libc");
	expect_screen(&stage.live, &stage.cells,
		      "python3 (7)  RSS 2.0M  anon 968K  ▁█\n"
		      "NAME               SPAN  RES CHANGE/s FSHW PAGES\n"
		      "▾ Libraries (2)    128K  32K        0 F\n"
		      "   libc.so.6 r-x    64K  32K        0 F    █████████········\n"
		      "   libc.so.6 r--    64K    0        0      ·················\n"
		      "\n\nFilter: libc\n");
	press(&stage.live, "\n");
	expect_line(&stage.live, &stage.cells, 0,
		    "python3 (7)  RSS 2.0M  only libc  anon 968K  file 1.0M  ▁█");
	press(&stage.live, "\\xyz");
	expect_line(&stage.live, &stage.cells, 2, "no name has this in it");
	press(&stage.live, "\033");
	assert_string_equal(stage.live.filter, "libc");
	stage_end(&stage);
}

static void sorting(void **state)
{
	struct live_key key = { .type = LIVE_CLICK, .row = 1, .column = 26 };
	enum live_wish wish;
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	press(&stage.live, ">");
	expect_screen(&stage.live, &stage.cells,
		      "python3 (7)  RSS 2.0M  anon 968K  file 1.0M  ▁█\nSort by\n address\n span\n"
		      " resident\n touched\n name\n change per second\n touched per second\n"
		      "\n\n\n\n\nEnter choose  Esc back\n");
	press_key(&stage.live, LIVE_END);
	press(&stage.live, "\n");
	assert_int_equal(stage.live.order, LIST_BY_TOUCH_RATE);
	/* A title is an order; twice: the other way around. */
	live_state__press(&stage.live, &key, &wish);
	assert_int_equal(stage.live.order, LIST_BY_SPAN);
	assert_false(stage.live.reversed);
	live_state__press(&stage.live, &key, &wish);
	assert_true(stage.live.reversed);
	press(&stage.live, "I");
	assert_false(stage.live.reversed);
	stage_end(&stage);
}

static void clicking(void **state)
{
	struct live_key key = { .type = LIVE_CLICK, .row = 5, .column = 3 };
	enum live_wish wish;
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	live_state__press(&stage.live, &key, &wish);
	expect_cursor(&stage, "__main__.other");
	key = (struct live_key){ .type = LIVE_CLICK_TWICE, .row = 2 };
	live_state__press(&stage.live, &key, &wish);
	expect_line(&stage.live, &stage.cells, 3,
		    "  [heap]                400K 200K        0         0      "
		    "███████████···········");
	key.row = 13;
	live_state__press(&stage.live, &key, &wish);
	expect_cursor(&stage, "Arrays");
	stage_end(&stage);
}

static void leaving(void **state)
{
	struct live_key ten = { .type = LIVE_FUNCTION, .character = 10 };
	struct live_key q = { .type = LIVE_CHARACTER, .character = 'q' };
	enum live_wish wish;
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	live_state__press(&stage.live, &ten, &wish);
	assert_int_equal(wish, LIVE_LEAVE);
	/* On a page it leaves that. */
	press(&stage.live, "?");
	assert_int_equal(stage.live.page, PAGE_HELP);
	live_state__press(&stage.live, &q, &wish);
	assert_int_equal(wish, LIVE_STAY);
	assert_int_equal(stage.live.page, PAGE_LIST);
	live_state__press(&stage.live, &q, &wish);
	assert_int_equal(wish, LIVE_LEAVE);
	stage_end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moving),    cmocka_unit_test(folding), cmocka_unit_test(searching),
		cmocka_unit_test(filtering), cmocka_unit_test(sorting), cmocka_unit_test(clicking),
		cmocka_unit_test(leaving),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
