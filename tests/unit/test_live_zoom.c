/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The cells of a row that is opened: each against its elements, what they cost, their colours. */
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

#include "live_opened.h"

/* All, and each shade, as the field counts them. */
struct counted {
	uint64_t of[1 + SHADES_MAX];
};

static void count_page(struct counted *counted, uint64_t page)
{
	static const uint32_t shades[] = { 0, SHADE_FIRST, SHADE_UNTOUCHED, SHADE_ZERO,
					   SHADE_SWAPPED };
	enum book book = opened_book(page);

	counted->of[0]++;
	if (book != BOOK_ABSENT)
		counted->of[1 + shades[book]]++;
}

/* Element by element. */
static struct counted count_cell(const struct opened *open, uint32_t row, uint32_t column)
{
	const struct window *window = &open->live.zoom->window;
	struct counted counted = { { 0 } };
	uint64_t start[2], end[2], i, j;

	if (!open->view) {
		if (window__pages(window, row, column, &start[0], &end[0])) {
			for (i = start[0]; i < end[0]; i++)
				count_page(&counted, i);
		}
		return counted;
	}
	window__cell(window, AXIS_ROWS, row, &start[0], &end[0]);
	window__cell(window, AXIS_COLUMNS, column, &start[1], &end[1]);
	for (i = start[0]; i < end[0]; i++) {
		for (j = start[1]; j < end[1]; j++) {
			uint64_t address = open->view->data + i * (uint64_t)open->view->row_stride +
					   j * (uint64_t)open->view->column_stride;

			count_page(&counted, (address - AT(FIRST)) / PAGE);
		}
	}
	return counted;
}

static void expect_cells(const struct opened *open)
{
	const struct zoom *zoom = open->live.zoom;
	uint32_t row, column, shade;

	assert_int_equal(zoom__count(&open->live), 0);
	assert_true(zoom->field.told);
	assert_int_equal(zoom->window.grid, open->view != NULL);
	for (row = 0; row < zoom->field.rows; row++) {
		for (column = 0; column < zoom->field.columns; column++) {
			const struct counted expected = count_cell(open, row, column);
			struct counted found = { { 0 } };

			field__add(&zoom->field, row, column, found.of);
			for (shade = 0; shade <= SHADES_MAX; shade++)
				assert_int_equal(found.of[shade], expected.of[shade]);
		}
	}
}

/* Nearer and nearer, at the beginning, somewhere, and at the end: every cell is what it has. */
static void each_cell(void **state)
{
	size_t which;

	(void)state;
	for (which = 0; which <= sizeof(opened_arrays) / sizeof(opened_arrays[0]); which++) {
		const struct opened_array *view = which ? &opened_arrays[which - 1] : NULL;
		struct opened open;
		int i;

		opened_begin(&open, view, 24, 60);
		for (i = 0; i < 12; i++) {
			expect_cells(&open);
			press(&open.live, i % 3 ? "+lj" : "+");
		}
		press(&open.live, "G");
		expect_cells(&open);
		press(&open.live, "---");
		expect_cells(&open);
		press(&open.live, "g+kh");
		opened_end(&open);
	}
}

/* The cell under the cursor lies on one page, and says of it what the books say. */
static uint64_t expect_page(const struct opened *open, uint64_t row, uint64_t column)
{
	static const char *const words[] = { "absent", "anon", "anon", "zero", "swapped" };
	const struct window *window = &open->live.zoom->window;
	uint64_t page = (row * ROW_BYTES + column * 8) / PAGE, start[2], end[2];
	char expected[128], *text = opened_cursor(open);
	int i;

	for (i = 0; i < 2; i++)
		window__cell(window, i, window->cursor[i], &start[i], &end[i]);
	assert_int_equal(start[0], row);
	assert_int_equal(end[0], row + 1);
	assert_int_equal(start[1], column);
	assert_int_equal(end[1], column + 16);
	snprintf(expected, sizeof(expected), "[%d, %d:%d] at %llx-%llx  1 page: %s; ", (int)row,
		 (int)column, (int)column + 16, AT(FIRST + page), AT(FIRST + page + 1),
		 words[opened_book(page)]);
	assert_memory_equal(text, expected, strlen(expected));
	assert_int_equal(strstr(text, "first touch") != NULL, opened_book(page) == BOOK_TOUCHED);
	free(text);
	return page;
}

/* Zoomed to single pages, the cursor goes over each of them. */
static void each_page(void **state)
{
	bool seen[PAGES] = { false };
	uint64_t row, column, page, i;
	struct opened open;

	(void)state;
	opened_begin(&open, &opened_arrays[0], 24, 64);
	press(&open.live, "++++++++++++");
	for (row = 0; row < ROWS; row++) {
		press(&open.live, "g");
		for (i = 0; i < row; i++)
			press(&open.live, "j");
		for (column = 0; column < COLUMNS; column += 16) {
			seen[expect_page(&open, row, column)] = true;
			press(&open.live, "l");
		}
	}
	for (page = 0; page < PAGES; page++)
		assert_true(seen[page]);
	opened_end(&open);
}

/* Three chunks of 512 pages by two threads, 15 s and less than a second ago, and never. */
static void begin_colours(struct opened *open)
{
	struct scene scene;

	scene_begin(&scene, 20);
	scene_process(&scene, 7, 1, "python3");
	scene_region(&scene, 0, 1536, VMA_ANON, "", false);
	scene_pages(&scene, 0, 256, PAGE_ANON);
	scene_pages(&scene, 256, 512, PAGE_ZERO);
	scene_pages(&scene, 512, 900, PAGE_ANON_HUGE);
	scene_pages(&scene, 1024, 1280, PAGE_SHMEM);
	scene_pages(&scene, 1280, 1536, PAGE_SWAPPED);
	scene_touch(&scene, 0, 256);
	scene_first_touch(&scene, 0, 71, 5000000000u);
	scene_touch(&scene, 512, 900);
	scene_first_touch(&scene, 512, 72, 19500000000u);
	open->view = NULL;
	open->picture = scene_picture(&scene, NULL);
	live_begin(&open->live, &open->cells, open->picture, 15, 40);
	press(&open->live, "j\n");
}

/* Without colours letters tell: each means one thing. */
static void colours(void **state)
{
	struct opened open;

	(void)state;
	begin_colours(&open);
	open.live.colors = false;
	expect_screen(&open.live, &open.cells,
		      "python3 (7)  RSS 3.5M  anon 1.0M  ▁\n"
		      "anon 10000000  page 0:1536  cell 8 pages\n"
		      "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT░░░░░░░░\n"
		      "░░░░░░░░░░░░░░░░░░░░░░░░TTTTTTTTTTTTTTTT\n"
		      "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTt·······\n"
		      "········UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU\n"
		      "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\n"
		      "page 0:8 at 10000000-10008000  8 pages:\n"
		      "anon; first touch of the 2.0M around it\n"
		      "at 5.00 s by thread 71\n"
		      "256 pages swapped out\n"
		      "resident: 900 pages = touched 644 +..\n"
		      "T touched  U not touched  ░ zero page\n"
		      "w swapped out  · absent  small: in part\n"
		      "q back  ? help  + - zoom  c colour\n");
	press(&open.live, "c");
	expect_line(&open.live, &open.cells, 4, "HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHh·······");
	expect_line(&open.live, &open.cells, 5, "········SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS");
	expect_line(&open.live, &open.cells, 12, "A anon  H huge  F file  S shared");
	press(&open.live, "c");
	expect_line(&open.live, &open.cells, 3, "░░░░░░░░░░░░░░░░░░░░░░░░AAAAAAAAAAAAAAAA");
	expect_line(&open.live, &open.cells, 2, "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC░░░░░░░░");
	expect_line(&open.live, &open.cells, 12, "A under 1s  B under 10s  C under 1m");
	press(&open.live, "c");
	expect_line(&open.live, &open.cells, 2, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA░░░░░░░░");
	expect_line(&open.live, &open.cells, 3, "░░░░░░░░░░░░░░░░░░░░░░░░BBBBBBBBBBBBBBBB");
	expect_line(&open.live, &open.cells, 12, "A thread 71  B thread 72  U not touched");
	press(&open.live, "c");
	expect_line(&open.live, &open.cells, 12, "T touched  U not touched  ░ zero page");
	opened_end(&open);
}

/* Each other page of 600 MiB: rows and columns are too dear, and pages are shown. */
static void scattered(void **state)
{
	const int64_t rows = 10000, columns = 8000;
	struct scene scene;
	struct opened open;
	uint64_t page, pages = (uint64_t)(rows * columns) * 8 / PAGE;

	(void)state;
	scene_begin(&scene, 20);
	scene_process(&scene, 7, 1, "python3");
	scene_region(&scene, 0, pages, VMA_ANON, "", false);
	for (page = 0; page < pages; page += 2)
		scene_pages(&scene, page, page + 1, PAGE_ANON);
	scene_array(&scene, 1, "x", AT(0), AT(pages), 0);
	scene_shape(&scene, AT(0), rows, columns, columns * 8, 8);
	open.view = NULL;
	open.picture = scene_picture(&scene, NULL);
	live_begin(&open.live, &open.cells, open.picture, 24, 100);
	press(&open.live, "j\n");
	opened_expect_title(&open, "page 0:156250  cell 121 pages  too scattered for rows");
	expect_line(&open.live, &open.cells, 2,
		    "▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄"
		    "▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄");
	opened_end(&open);
}

#define BIG 46336ll /* rows and columns of 8 bytes: 16 GiB */
#define BIG_PAGES (BIG * BIG * 8 / 4096)
#define DRAW_NS 10000000u

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* All is counted again. The cheapest of a few: what else runs makes it dearer, never cheaper. */
static uint64_t cost_of(struct live_state *live, struct cells *cells)
{
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < 10; i++) {
		uint64_t start = cpu_ns(), took;

		live->zoom->counts_stale = live->zoom->facts_stale = true;
		assert_int_equal(live_draw(live, cells), 0);
		took = cpu_ns() - start;
		least = took < least ? took : least;
	}
	return least;
}

static void a_large_array(void **state)
{
	static const char *const keys[] = { "", "c", "c", "c", "+", "+++", "+++++", "G" };
	struct live_state live;
	struct cells cells;
	struct picture *picture;
	struct scene scene;
	uint64_t page;
	size_t i;
	int grid;

	(void)state;
	for (grid = 0; grid < 2; grid++) {
		scene_begin(&scene, 1);
		scene_process(&scene, 7, 1, "p");
		scene_region(&scene, 0, BIG_PAGES, VMA_ANON, "", false);
		for (page = 0; page + 2048 < BIG_PAGES; page += 2048) {
			scene_pages(&scene, page, page + 1700, PAGE_ANON);
			scene_touch(&scene, page + 3, page + 1000);
		}
		scene_array(&scene, 1, "x", AT(0), AT(BIG_PAGES), 0);
		if (grid)
			scene_shape(&scene, AT(0), BIG, BIG, BIG * 8, 8);
		picture = scene_picture(&scene, NULL);
		live_begin(&live, &cells, picture, 80, 300);
		press(&live, "j\n");
		assert_non_null(live.zoom);
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			uint64_t cost;

			press(&live, keys[i]);
			cost = cost_of(&live, &cells);
			print_message("%s %zu: %.2f ms\n", grid ? "rows" : "pages", i,
				      (double)cost / 1e6);
			assert_int_equal(live.zoom->window.grid, grid);
#ifndef __SANITIZE_ADDRESS__
			assert_true(cost < DRAW_NS);
#endif
		}
		live_end(&live, &cells);
		picture__free(picture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell),	 cmocka_unit_test(each_page),
		cmocka_unit_test(colours),	 cmocka_unit_test(scattered),
		cmocka_unit_test(a_large_array),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
