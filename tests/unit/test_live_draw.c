/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the live view draws, and what keys make of it. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/format.h"
#include "live_scene.h"

static void at_80_columns(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	expect_screen(
		&stage.live, &stage.cells,
		"python3 (7)  RSS 2.0M  anon 968K  file 1.0M  ▁█\n"
		"NAME                    SPAN  RES CHANGE/s TOUCHED/s FSHW PAGES\n"
		"▾ Arrays (3)            4.0M 768K    +256K      256K\n"
		" ▾ __main__.field       2.0M 768K    +256K      256K      ████████▂·············\n"
		"    __main__.field_view 400K 368K    +256K      256K      ████████████████████▃·\n"
		"   __main__.other       2.0M    0        0         0      ░░░░░░░░░░░···········\n"
		"  [heap]                400K 200K        0         0      ███████████···········\n"
		"  /data/field.bin r--   2.0M 1.0M        0         0 F    ███████████···········\n"
		"▸ Libraries (2)         128K  32K        0         0 F\n"
		"\n"
		"\n"
		"\n"
		"\n"
		"\n"
		"q quit  ? help  / search  \\ filter  Enter open  > sort  [ ] past  p pause\n");
	stage_end(&stage);
}

static void at_40_columns(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 40);
	stage.live.signs = SIGNS_ASCII;
	stage.cells.unicode = false;
	expect_screen(&stage.live, &stage.cells,
		      "python3 (7)  RSS 2.0M  anon 968K  1#\n"
		      "NAME              SPAN  RES PAGES\n"
		      "- Arrays (3)      4.0M 768K\n"
		      " - __main__.field 2.0M 768K ####4.......\n"
		      "    ..field_view  400K 368K ###########1\n"
		      "   __main__.other 2.0M    0 zzzzzz......\n"
		      "  [heap]          400K 200K ######......\n"
		      "  /dat..d.bin r-- 2.0M 1.0M ######......\n"
		      "+ Libraries (2)   128K  32K\n"
		      "\n"
		      "\n"
		      "\n"
		      "\n"
		      "\n"
		      "q quit  ? help  / search  \\ filter\n");
	stage_end(&stage);
}

static void in_braille(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	stage.live.signs = SIGNS_BRAILLE;
	expect_line(&stage.live, &stage.cells, 3,
		    " ▾ __main__.field       2.0M 768K    +256K      256K      "
		    "⣿⣿⣿⣿⣿⣿⣿⣿⡄·············");
	stage_end(&stage);
}

/* Paused, incomplete, dear: the first line says so. */
static void the_header(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 100);
	stage.second->moment.header.complete = false;
	stage.second->moment.header.losses.count[LOSS_EVENTS] = 7;
	stage.live.wall_ns = 1000000000;
	stage.live.cpu_ns = 6000000;
	press(&stage.live, "p");
	assert_true(stage.live.paused);
	expect_line(&stage.live, &stage.cells, 0,
		    "python3 (7)  RSS 2.0M  PAUSED  INCOMPLETE  anon 968K  file 1.0M  ▁█"
		    "                        cost 0.6%");
	stage.live.asked_ns = 1000000000;
	stage.live.interval_ns = 4500000000;
	expect_line(&stage.live, &stage.cells, 0,
		    "python3 (7)  RSS 2.0M  PAUSED  INCOMPLETE  anon 968K  ▁█"
		    "                       every 4.5s, cost 0.6%");
	stage.live.interval_ns = stage.live.asked_ns;
	stage.second->moment.processes[0].header.scan_age_ns = 12900000000;
	expect_line(&stage.live, &stage.cells, 0,
		    "python3 (7)  RSS 2.0M  PAUSED  INCOMPLETE  anon 968K  ▁█"
		    "                     scan 12s old, cost 0.6%");
	press(&stage.live, "pm");
	expect_line(&stage.live, &stage.cells, 2,
		    " INCOMPLETE: 7 mapping events found no room in the ring (--ring-bytes)");
	stage_end(&stage);
}

/* What is said while the screen is drawn over is shown on it until somebody has looked. */
static void messages_are_shown(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, 15, 80);
	messages__add(&stage.live.messages, "pagewatch: a warning\n", 21);
	expect_line(&stage.live, &stage.cells, 13, "pagewatch: a warning");
	press(&stage.live, "m");
	expect_line(&stage.live, &stage.cells, 2, " pagewatch: a warning");
	press(&stage.live, "q");
	expect_line(&stage.live, &stage.cells, 13, "");
	free(stage.live.messages.lines[0]);
	stage_end(&stage);
}

/* Whatever is shown, and whatever the size: nothing is drawn outside, and no byte steers. */
static void every_size(void **state)
{
	static const char *const keys[] = { "", "t", "?", ">", "m", "/x", "\\fie" };
	uint32_t rows, columns;
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct stage stage;

		stage_begin(&stage, 15, 80);
		press(&stage.live, keys[i]);
		for (rows = 1; rows <= 80; rows += rows < 20 ? 1 : 7) {
			for (columns = 1; columns <= 300; columns += columns < 90 ? 1 : 13) {
				assert_int_equal(cells__resize(&stage.cells, rows, columns), 0);
				live_state__resize(&stage.live, rows, columns);
				assert_int_equal(live_draw(&stage.live, &stage.cells), 0);
				for (at = 0; at < rows * columns; at++) {
					uint32_t shown = stage.cells.cells[at].character;

					assert_false(shown && format_is_unsafe(shown));
				}
			}
		}
		stage_end(&stage);
	}
}

/* Names are whatever a program makes of them. */
static void hostile_names(void **state)
{
	static const char *const names[] = {
		"\033[2J\033]0;x\007",	 "a\nb\rc\td", "\u202ereversed\u202c", "\u4e2d\u6587\u540d",
		"e\u0301\u0302\u0303x",	 "\xff\xfe",   "\u05d0\u05d1\u05d2",   "%s%n",
		"\u200bzero\u200dwidth",
	};
	struct live_state live;
	struct cells cells;
	struct picture *picture;
	struct scene scene;
	uint32_t columns, i;
	char *text;

	(void)state;
	scene_begin(&scene, 1);
	scene_process(&scene, 7, 1, "\033c");
	scene_region(&scene, 0, 1000, VMA_ANON, "", false);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		scene_array(&scene, i + 1, names[i], AT(i), AT(i + 1), 0);
	picture = scene_picture(&scene, NULL);
	live_begin(&live, &cells, picture, 20, 200);
	text = drawn(&live, &cells);
	assert_non_null(strstr(text, "\\x1bc (7)"));
	assert_non_null(strstr(text, "\\x1b[2J"));
	assert_non_null(strstr(text, "a\\x0ab"));
	assert_non_null(strstr(text, "\u4e2d\u6587\u540d "));
	assert_non_null(strstr(text, "\\xff\\xfe"));
	assert_non_null(strstr(text, "e\u0301\u0302\u0303x"));
	free(text);
	/* Whatever part of them is shown: each character is whole, and in the screen. */
	for (columns = 1; columns < 80; columns++) {
		assert_int_equal(cells__resize(&cells, 20, columns), 0);
		live_state__resize(&live, 20, columns);
		text = drawn(&live, &cells);
		assert_true(mbstowcs(NULL, text, 0) != (size_t)-1);
		assert_null(strpbrk(text, "\033\r\t\007"));
		free(text);
	}
	live_end(&live, &cells);
	picture__free(picture);
}

#define MANY 10000u
#define REDRAW_NS 10000000u

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The cheapest of a few: what else runs on the machine makes it dearer, never cheaper. */
static uint64_t cost_of(struct live_state *live, struct cells *cells, const char *keys)
{
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < 10; i++) {
		uint64_t start = cpu_ns(), took;

		press(live, keys);
		assert_int_equal(live_draw(live, cells), 0);
		took = cpu_ns() - start;
		least = took < least ? took : least;
	}
	return least;
}

/* With ten thousand arrays a key is answered before anybody notices. */
static void many_arrays(void **state)
{
	static const char *const keys[] = { "j", "f", "G", "t", "I", "\\9\n", "/none\n", " " };
	struct live_state live;
	struct cells cells;
	struct picture *picture;
	struct scene scene;
	char name[64];
	size_t i;

	(void)state;
	scene_begin(&scene, 1);
	scene_process(&scene, 7, 1, "p");
	for (i = 0; i < MANY; i++) {
		scene_region(&scene, i * 300, i * 300 + 256, VMA_ANON, "", false);
		scene_pages(&scene, i * 300, i * 300 + i % 256, PAGE_ANON);
		scene_touch(&scene, i * 300, i * 300 + 16);
		snprintf(name, sizeof(name), "__main__.model.layers[%zu].weight", i);
		scene_array(&scene, (uint32_t)i + 1, name, AT(i * 300) + 16, AT(i * 300 + 256), 0);
	}
	picture = scene_picture(&scene, NULL);
	live_begin(&live, &cells, picture, 80, 300);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t cost = cost_of(&live, &cells, keys[i]);

		print_message("key %zu: %.2f ms\n", i, (double)cost / 1e6);
#ifndef __SANITIZE_ADDRESS__
		assert_true(cost < REDRAW_NS);
#endif
	}
	live_end(&live, &cells);
	picture__free(picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_80_columns),      cmocka_unit_test(at_40_columns),
		cmocka_unit_test(in_braille),	      cmocka_unit_test(the_header),
		cmocka_unit_test(messages_are_shown), cmocka_unit_test(every_size),
		cmocka_unit_test(hostile_names),      cmocka_unit_test(many_arrays),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
