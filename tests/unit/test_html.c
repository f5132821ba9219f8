/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The data of a page: what is alike is written once, and too many runs are joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_lists.h"
#include "model/rows/snapshot.h"
#include "render/html_pages.h"
#include "render/json_pack.h"

#define PAGE 4096u
#define BASE (1ull << 32)

struct packed {
	char *nodes;
	size_t nodes_bytes;
	char *shapes;
	size_t shapes_bytes;
	uint64_t last;
};

static struct packed pack_with(void (*put)(struct json_out *json, void *ctx), void *ctx)
{
	struct packed packed = { 0 };
	FILE *nodes = open_memstream(&packed.nodes, &packed.nodes_bytes);
	FILE *shapes = open_memstream(&packed.shapes, &packed.shapes_bytes);
	struct json_pack *pack;
	struct json_out json;

	assert_int_equal(json_pack__new(nodes, &json, &pack), 0);
	put(&json, ctx);
	assert_int_equal(json.err, 0);
	packed.last = json_pack__last(pack);
	assert_int_equal(json_pack__shapes(pack, shapes), 0);
	json_pack__free(pack);
	fclose(nodes);
	fclose(shapes);
	return packed;
}

static void drop_packed(struct packed *packed)
{
	free(packed->nodes);
	free(packed->shapes);
}

static void put_point(struct json_out *json, const char *key, uint64_t x, const char *name)
{
	json_open(json, key, '{');
	json_count(json, "x", x);
	json_text(json, "name", name);
	json_close(json, '}');
}

static void put_points(struct json_out *json, void *ctx)
{
	(void)ctx;
	json_open(json, NULL, '[');
	put_point(json, NULL, 1, "a");
	put_point(json, NULL, 2, "</script>");
	put_point(json, NULL, 1, "a");
	json_open(json, NULL, '{');
	put_point(json, "below", 1, "a");
	json_null(json, "no");
	json_open(json, "list", '[');
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, ']');
}

static void alike_is_written_once(void **state)
{
	struct packed packed = pack_with(put_points, NULL);

	(void)state;
	assert_string_equal(packed.nodes, "[1,1,\"a\"],\n[1,2,\"\\u003c/script>\"],\n[0],\n"
					  "[2,[0],null,[2]],\n[0,[0],[1],[0],[3]]");
	assert_string_equal(packed.shapes, "[[],\n[\"x\",\"name\"],\n[\"below\",\"no\",\"list\"]]");
	assert_int_equal(packed.last, 4);
	drop_packed(&packed);
}

#define LONG_LIST 1000u

/* Two lists of many items, in the second of which one is another. */
static void put_long_lists(struct json_out *json, void *ctx)
{
	uint64_t i, changed = *(uint64_t *)ctx;
	int list;

	json_open(json, NULL, '[');
	for (list = 0; list < 2; list++) {
		json_open(json, NULL, '[');
		for (i = 0; i < LONG_LIST; i++)
			put_point(json, NULL, list && i == changed ? LONG_LIST : i, "a");
		json_close(json, ']');
	}
	json_close(json, ']');
}

static void a_long_list_shares_what_is_alike(void **state)
{
	uint64_t changed, none = LONG_LIST;
	struct packed once = pack_with(put_long_lists, &none);

	(void)state;
	for (changed = 0; changed < LONG_LIST; changed += 111) {
		struct packed packed = pack_with(put_long_lists, &changed);

		/* The items' own nodes are half of it. */
		assert_true(packed.nodes_bytes < once.nodes_bytes + once.nodes_bytes / 10);
		drop_packed(&packed);
	}
	drop_packed(&once);
}

/* Pages of one mapping of which every second is resident, or some. */
struct scene {
	struct moment moment;
	struct snapshot snapshot;
	uint64_t runs_max;
	uint64_t resident;
};

static void set_scene(struct scene *scene, uint64_t pages, bool random)
{
	struct vma vma = { .start = BASE, .end = BASE + pages * PAGE, .path = (char *)"" };
	struct process_lists lists = { .vmas = { &vma, 1, 1 } };
	const struct view view = { 0 };
	uint64_t i, number = 1;

	lists.runs.runs = calloc(pages, sizeof(struct page_run));
	for (i = 0; i < pages; i += random ? 2 + (number >> 40) % 3 : 2) {
		number = number * 6364136223846793005u + 1;
		lists.runs.runs[lists.runs.count++] = (struct page_run){
			.start = BASE + i * PAGE, .end = BASE + (i + 1) * PAGE, .state = PAGE_ANON
		};
	}
	memset(scene, 0, sizeof(*scene));
	scene->resident = lists.runs.count;
	scene->moment.header.environment.page_bytes = PAGE;
	scene->moment.header.environment.pmd_bytes = 512 * PAGE;
	scene->moment.processes = calloc(1, sizeof(*scene->moment.processes));
	scene->moment.process_count = 1;
	assert_int_equal(process_moment__keep(scene->moment.processes, &lists), 0);
	free(lists.runs.runs);
	assert_int_equal(snapshot__of(&scene->moment, &view, &scene->snapshot), 0);
}

static void drop_scene(struct scene *scene)
{
	snapshot__deinit(&scene->snapshot);
	moment__deinit(&scene->moment);
}

static void put_scene(struct json_out *json, void *ctx)
{
	struct scene *scene = ctx;

	html_pages(json, &scene->snapshot, scene->snapshot.processes, scene->runs_max);
}

/* Of all pieces: runs, pages that are resident one by one, and in mixed runs. */
struct sums {
	uint64_t runs, exact, mixed;
};

static struct sums sums_of(const char *nodes)
{
	struct sums sums = { 0 };
	char *copy = strdup(nodes), *line, *rest = copy;

	while ((line = strsep(&rest, "\n")) && strncmp(line, "[0,[", 4)) {
		char *end;
		/* The shape, and the first page. */
		uint64_t number = strtoull(line + 3, &end, 10);

		while (*end == ',' && end[1]) {
			uint64_t pages = strtoull(end + 1, &end, 10);
			uint64_t kind = strtoull(end + 1, &end, 10);

			assert_true(number >= BASE / PAGE && pages);
			sums.runs += kind != 0;
			if (kind == HTML_KIND_MIXED) {
				sums.mixed += strtoull(end + 1, &end, 10);
				assert_int_equal(strtoull(end + 1, &end, 10), 0);
				assert_int_equal(strtoull(end + 1, &end, 10), 0);
			} else if (kind) {
				sums.exact += pages;
			}
		}
	}
	free(copy);
	return sums;
}

static void too_many_runs_are_joined(void **state)
{
	static const struct {
		uint64_t pages, runs_max, block;
		bool random;
	} cases[] = {
		{ 1000, 500, 1, false },  { 1000, 499, 8, false }, { 1000, 1, 8, false },
		{ 1001, 1, 4096, false }, { 1000, 400, 1, true },  { 1000, 125, 8, true },
		{ 1000, 20, 64, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		struct packed packed;
		struct sums sums;
		char block[32];

		set_scene(&scene, cases[i].pages, cases[i].random);
		scene.runs_max = cases[i].runs_max;
		packed = pack_with(put_scene, &scene);
		sums = sums_of(packed.nodes);
		assert_true(sums.runs <= cases[i].runs_max);
		assert_int_equal(sums.exact + sums.mixed, scene.resident);
		assert_true(cases[i].block == 1 ? !sums.mixed : !sums.exact);
		snprintf(block, sizeof(block), "[1,%d,", (int)cases[i].block);
		assert_non_null(strstr(packed.nodes, block));
		drop_packed(&packed);
		drop_scene(&scene);
	}
}

/* A mapping cannot have fewer. */
static void no_room_at_all_has_an_end(void **state)
{
	struct scene scene;
	struct packed packed;

	(void)state;
	set_scene(&scene, 1001, true);
	scene.runs_max = 0;
	packed = pack_with(put_scene, &scene);
	assert_int_equal(sums_of(packed.nodes).runs, 1);
	assert_int_equal(sums_of(packed.nodes).mixed, scene.resident);
	drop_packed(&packed);
	drop_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_is_written_once),
		cmocka_unit_test(a_long_list_shares_what_is_alike),
		cmocka_unit_test(too_many_runs_are_joined),
		cmocka_unit_test(no_room_at_all_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
