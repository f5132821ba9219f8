/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The items of the live view and the list of them: groups add up, rows are in order. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live_scene.h"

#define ROUNDS 200

static uint32_t pick(uint32_t below)
{
	return (uint32_t)rand() % below;
}

/* Regions of all kinds with arrays in, around and across them. */
static void add_something(struct scene *scene)
{
	uint64_t at = pick(50), end, till;
	uint32_t id;

	while (at < 3000) {
		enum vma_kind kind = (enum vma_kind)pick(VMA_KINDS);

		end = at + 1 + pick(300);
		scene_region(scene, at, end, kind, kind == VMA_FILE ? "/lib/x.so" : "", pick(2));
		while (at < end) {
			till = at + 1 + pick((uint32_t)(end - at));
			if (pick(3))
				scene_pages(scene, at, till, pick(3) ? PAGE_ANON : PAGE_ZERO);
			at = till;
		}
		at = end + (pick(2) ? 0 : pick(100));
	}
	for (at = 0; at < 3000; at += 1 + pick(200))
		scene_touch(scene, at, at + pick(20));
	for (id = 1; id <= pick(12); id++) {
		at = pick(3000);
		scene_array(scene, id, "x", AT(at) + pick(PAGE), AT(at + 1 + pick(400)),
			    id > 3 && pick(2) ? 1 + pick(3) : 0);
	}
}

/* Whatever lies where: groups count each page once, and so sum to the process's pages. */
static void groups_sum_to_rss(void **state)
{
	int round;

	(void)state;
	srand(7);
	for (round = 0; round < ROUNDS; round++) {
		uint64_t resident = 0, touched = 0, i;
		struct picture *picture;
		struct scene scene;
		const struct tally *totals;

		scene_begin(&scene, 1);
		scene_process(&scene, 7, 1, "p");
		add_something(&scene);
		picture = scene_picture(&scene, NULL);
		totals = &picture->snapshot.processes[0].totals;
		for (i = 0; i < picture->count; i++) {
			if (picture->items[i].key.kind != ITEM_GROUP)
				continue;
			resident += picture->items[i].resident;
			touched += picture->items[i].touched;
		}
		assert_int_equal(resident, totals->resident * PAGE);
		assert_int_equal(touched, totals->touch.pages_touched * PAGE);
		picture__free(picture);
	}
}

/* Every order, forwards and backwards, flat or not: each item once, parents first. */
static void rows_are_whole(void **state)
{
	struct folds folds = { 0 };
	struct list_view view = { .filter = "", .folds = &folds, .all_open = true };
	int round;

	(void)state;
	srand(8);
	for (round = 0; round < ROUNDS; round++) {
		struct picture *picture;
		struct scene scene;
		size_t i, leaves = 0, shown = 0;
		struct list list;

		scene_begin(&scene, 1);
		scene_process(&scene, 7, 1, "p");
		add_something(&scene);
		scene_process(&scene, 8, 7, "q");
		add_something(&scene);
		picture = scene_picture(&scene, NULL);
		view.order = (enum list_order)(round % LIST_ORDERS);
		view.reversed = pick(2);
		view.flat = pick(2);
		assert_int_equal(list__init(&list, picture, &view), 0);
		for (i = 0; i < picture->count; i++)
			leaves += picture->items[i].key.kind >= ITEM_ARRAY;
		for (i = 0; i < list.count; i++) {
			const struct item *item = &picture->items[list.rows[i].item];

			shown += item->key.kind >= ITEM_ARRAY;
			assert_int_equal(list__row_of(&list, picture, &item->key), i);
			assert_true(i == 0 || list.rows[i].depth <= list.rows[i - 1].depth + 1);
		}
		assert_int_equal(shown, leaves);
		list__deinit(&list);
		picture__free(picture);
	}
}

static void names_of(const struct picture *picture, const struct list_view *view, char *text)
{
	struct list list;
	size_t i;

	*text = '\0';
	assert_int_equal(list__init(&list, picture, view), 0);
	for (i = 0; i < list.count; i++)
		sprintf(text + strlen(text), "%*s%s\n", (int)list.rows[i].depth, "",
			picture->items[list.rows[i].item].name);
	list__deinit(&list);
}

static struct picture *two_processes(void)
{
	struct scene scene;

	scene_begin(&scene, 1);
	scene_process(&scene, 7, 1, "parent");
	scene_region(&scene, 0, 10, VMA_HEAP, "[heap]", false);
	scene_region(&scene, 100, 300, VMA_ANON, "", false);
	scene_pages(&scene, 0, 4, PAGE_ANON);
	scene_pages(&scene, 100, 103, PAGE_ANON);
	scene_array(&scene, 1, "b", AT(100) + 16, AT(200), 0);
	scene_array(&scene, 2, "a", AT(200), AT(300), 0);
	scene_array(&scene, 3, "view", AT(210), AT(220), 2);
	scene_process(&scene, 8, 7, "child");
	scene_region(&scene, 0, 10, VMA_FILE, "/usr/lib/Thing.so", true);
	scene_region(&scene, 10, 20, VMA_FILE, "/data/thing", false);
	scene_region(&scene, 20, 30, VMA_FILE, "/data/other", false);
	return scene_picture(&scene, NULL);
}

static void a_tree(void **state)
{
	struct picture *picture = two_processes();
	struct folds folds = { 0 };
	struct list_view view = { .filter = "", .folds = &folds };
	struct item_key child = { .pid = 8, .kind = ITEM_PROCESS };
	struct item_key array = { .pid = 7, .kind = ITEM_ARRAY, .id = 2 };
	char text[2000];

	(void)state;
	names_of(picture, &view, text);
	assert_string_equal(text, "parent 7\n Arrays\n  b\n  a\n   view\n [heap]\n child 8\n");
	assert_int_equal(folds__toggle(&folds, &child), 0);
	assert_int_equal(folds__toggle(&folds, &array), 0);
	names_of(picture, &view, text);
	assert_string_equal(text, "parent 7\n Arrays\n  b\n  a\n [heap]\n child 8\n  Files\n"
				  "  Thing.so r-x\n");
	view.order = LIST_BY_NAME;
	names_of(picture, &view, text);
	assert_non_null(strstr(text, "  a\n  b\n"));
	view.reversed = true;
	view.flat = true;
	names_of(picture, &view, text);
	assert_string_equal(text, "view\nb\na\n[heap]\nThing.so r-x\n/data/thing r--\n"
				  "/data/other r--\n");
	folds__deinit(&folds);
	picture__free(picture);
}

static void a_filter(void **state)
{
	struct picture *picture = two_processes();
	struct folds folds = { 0 };
	struct list_view view = { .filter = "THING", .folds = &folds };
	char text[2000];

	(void)state;
	/* A part in any case; what holds it stays, and is open. */
	names_of(picture, &view, text);
	assert_string_equal(text, "parent 7\n child 8\n  /data/thing r--\n  Thing.so r-x\n");
	view.filter = "v?e*";
	names_of(picture, &view, text);
	assert_string_equal(text, "parent 7\n Arrays\n  a\n   view\n");
	/* A pattern means all of a name, and the path of a library. */
	view.filter = "/usr/*";
	names_of(picture, &view, text);
	assert_string_equal(text, "parent 7\n child 8\n  Thing.so r-x\n");
	view.filter = "nothing";
	names_of(picture, &view, text);
	assert_string_equal(text, "");
	picture__free(picture);
}

/* Rates are per second of what lies between two moments, of the same item. */
static void rates(void **state)
{
	struct picture *first, *second;
	const struct item *item;
	struct item_key heap = { 7, ITEM_REGION, AT(0) }, array = { 7, ITEM_ARRAY, 1 };
	struct scene scene;

	(void)state;
	scene_begin(&scene, 10);
	scene_process(&scene, 7, 1, "p");
	scene_region(&scene, 0, 100, VMA_HEAP, "[heap]", false);
	scene_pages(&scene, 0, 50, PAGE_ANON);
	first = scene_picture(&scene, NULL);
	assert_false(first->items[picture__find(first, &heap)].rates_known);
	scene_begin(&scene, 12);
	scene_process(&scene, 7, 1, "p");
	scene_region(&scene, 0, 100, VMA_HEAP, "[heap]", false);
	scene_pages(&scene, 0, 10, PAGE_ANON);
	scene_touch(&scene, 0, 4);
	scene_array(&scene, 1, "new", AT(1), AT(2), 0);
	second = scene_picture(&scene, first);
	item = &second->items[picture__find(second, &heap)];
	assert_true(item->rates_known);
	assert_int_equal(item->change, -20 * (int64_t)PAGE);
	assert_int_equal(item->touch_rate, 2 * PAGE);
	assert_false(second->items[picture__find(second, &array)].rates_known);
	picture__free(first);
	picture__free(second);
}

/* The chain of a thousand children, each of the one before it, is a list like any other. */
static void many_children(void **state)
{
	struct folds folds = { 0 };
	struct list_view view = { .filter = "", .folds = &folds, .all_open = true };
	struct picture *picture;
	struct scene scene;
	struct list list;
	uint32_t pid;

	(void)state;
	scene_begin(&scene, 1);
	for (pid = 10; pid < 1010; pid++) {
		scene_process(&scene, pid, pid - 1, "c");
		scene_region(&scene, 0, 4, VMA_HEAP, "[heap]", false);
	}
	picture = scene_picture(&scene, NULL);
	assert_int_equal(list__init(&list, picture, &view), 0);
	assert_int_equal(list.count, 2000);
	assert_int_equal(list.rows[1999].depth, 1000);
	list__deinit(&list);
	/* Only the first one is open by itself. */
	view.all_open = false;
	assert_int_equal(list__init(&list, picture, &view), 0);
	assert_int_equal(list.count, 3);
	list__deinit(&list);
	picture__free(picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_sum_to_rss),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(a_tree),
		cmocka_unit_test(a_filter),
		cmocka_unit_test(rates),
		cmocka_unit_test(many_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
