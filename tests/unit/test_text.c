/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The report for people: never wider than its terminal, heatmaps to the last column. */
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
#define CELLS 64u
#define HOSTILE "evil\033[31m\nname\xff\xe2\x80\xae/\xe6\xbc\xa2\xe5\xad\x97.so"

struct scene {
	struct snapshot snapshot;
	struct process_snapshot process;
	struct region_row regions[3];
	struct array_row array;
	struct retired retired[2];
	uint64_t counts[4 * CELLS];
};

static struct heat heat_of(struct scene *scene, uint64_t pages, uint64_t resident)
{
	struct heat heat = { CELLS, scene->counts, scene->counts + CELLS, scene->counts + 2 * CELLS,
			     scene->counts + 3 * CELLS };
	uint32_t i;

	for (i = 0; i < CELLS; i++) {
		heat.pages[i] = pages;
		heat.resident[i] = i % 3 ? resident : 0;
		heat.zero[i] = i % 3 == 0 && i % 2;
		heat.touched[i] = i % 5 == 0;
	}
	return heat;
}

static void set_region(struct region_row *row, const char *path, uint64_t start, uint64_t pages,
		       struct heat heat)
{
	row->vma.path = (char *)path;
	row->vma.start = start;
	row->vma.end = start + pages * PAGE;
	row->tally.pages = pages;
	row->tally.states[PAGE_ANON] = row->tally.resident = pages / 2;
	row->tally.states[PAGE_ABSENT] = pages - pages / 2;
	row->heat = heat;
}

static void set_scene(struct scene *scene, const char *name)
{
	struct heat heat;

	memset(scene, 0, sizeof(*scene));
	heat = heat_of(scene, 17, 9);
	set_region(&scene->regions[0], name, 0x7f0000000000, 1009, heat);
	set_region(&scene->regions[1], "", 0x7f1000000000, 100003, heat);
	set_region(&scene->regions[2], "/small", 0x7f2000000000, 3, heat);
	scene->array.desc.name = (char *)name;
	scene->array.desc.asked_for = true;
	scene->array.nbytes = 4133000;
	scene->array.tally = scene->regions[0].tally;
	scene->array.heat = heat;
	scene->array.explain = (char *)"a sentence with quite a number of words, longer than "
				       "the narrowest terminal";
	scene->retired[0] = (struct retired){ .count = 1,
					      .start = 0x7f3000000000,
					      .end = 0x7f3000010000,
					      .how = "munmap",
					      .pages_touched = 11 };
	scene->retired[1] =
		(struct retired){ .count = 4999, .how = "several", .pages_touched = 4999 };
	scene->process.header.faults_known = true;
	strcpy(scene->process.header.facts.comm, "a\033b");
	scene->process.regions = scene->regions;
	scene->process.region_count = 3;
	scene->process.arrays = &scene->array;
	scene->process.array_count = 1;
	scene->process.header.retired = scene->retired;
	scene->process.header.retired_count = 2;
	scene->process.totals = scene->regions[1].tally;
	scene->snapshot = (struct snapshot){
		.header = {
		.version = "9.9.9",
		.environment = { .kernel = "6.18.0",
				 .machine = "x86_64",
				 .thp = "madvise",
				 .page_bytes = PAGE },
		.tier = "faults",
		.backend = "tp_btf",
		.page_reader = "scan",
		.tells_writes = true,
		},
		.processes = &scene->process,
		.process_count = 1,
	};
}

static char *render(const struct scene *scene, const struct view *view)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_int_equal(text_render(&scene->snapshot, view, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Columns of a line of our own glyphs: a CJK character takes two. */
static uint32_t columns_of(const char *line, size_t bytes)
{
	uint32_t columns = 0;
	size_t i;

	for (i = 0; i < bytes; i++) {
		unsigned char byte = (unsigned char)line[i];

		columns += (byte & 0xc0) != 0x80;
		columns += byte >= 0xe3 && byte <= 0xe9;
	}
	return columns;
}

static void expect_fits(const char *text, uint32_t width, uint32_t heats)
{
	uint32_t full = 0;

	while (*text) {
		size_t bytes = strcspn(text, "\n");

		assert_true(columns_of(text, bytes) <= width);
		full += columns_of(text, bytes) == width && bytes && text[0] != ' ';
		text += bytes + (text[bytes] == '\n');
	}
	assert_true(full >= heats);
}

static void every_width(void **state)
{
	struct view view = { .unicode = true, .retired = 5 };
	struct scene scene;
	char *text;

	(void)state;
	set_scene(&scene, HOSTILE);
	for (view.width = 40; view.width <= 300; view.width++) {
		view.unicode = view.width % 2;
		text = render(&scene, &view);
		expect_fits(text, view.width, 4);
		assert_null(strchr(text, '\033'));
		free(text);
	}
}

static void ascii_is_ascii(void **state)
{
	struct view view = { .width = 100 };
	struct scene scene;
	char *text, *byte;

	(void)state;
	set_scene(&scene, HOSTILE);
	text = render(&scene, &view);
	for (byte = text; *byte; byte++)
		assert_true(*byte == '\n' || (*byte >= ' ' && *byte <= '~'));
	free(text);
}

static void what_is_left_out(void **state)
{
	struct view view = { .width = 100, .min_bytes = 1 << 20 };
	struct scene scene;
	char *text;

	(void)state;
	set_scene(&scene, "/lib/one.so");
	text = render(&scene, &view);
	assert_non_null(strstr(text, "(1 more)"));
	assert_null(strstr(text, "/small"));
	assert_null(strstr(text, "ended by"));
	free(text);

	view.filter = "/lib/*";
	view.retired = 1;
	text = render(&scene, &view);
	assert_non_null(strstr(text, "(2 more)"));
	assert_non_null(strstr(text, "ended by munmap"));
	assert_null(strstr(text, "ended by several"));
	free(text);

	view.filter = NULL;
	view.top = 1;
	text = render(&scene, &view);
	assert_non_null(strstr(text, "(3 more)"));
	free(text);
}

/* Without notes there is no column for them: names have its room. */
static void no_empty_column(void **state)
{
	static const char name[] = "/a/name/that/needs/forty/columns/of/room";
	struct view view = { .width = 80 };
	struct scene scene;
	char *text;

	(void)state;
	set_scene(&scene, name);
	scene.array.desc.name = (char *)"a";
	text = render(&scene, &view);
	assert_null(strstr(text, "NOTE"));
	assert_non_null(strstr(text, name));
	expect_fits(text, 80, 4);
	free(text);

	scene.regions[1].tally.states[PAGE_SWAPPED] = 50001;
	text = render(&scene, &view);
	assert_non_null(strstr(text, " NOTE "));
	assert_non_null(strstr(text, " swap 195.3 MiB "));
	assert_null(strstr(text, name));
	expect_fits(text, 80, 4);
	free(text);
}

/* What tells names apart stays when they are cut, and none is wider than its column. */
static void names_are_told_apart(void **state)
{
	static const char *const names[] = {
		"/usr/lib/python3/dist-packages/numpy/core/"
		"_multiarray_umath.cpython-311-x86_64-linux-gnu.so",
		"/usr/lib/python3/dist-packages/numpy/core/"
		"_multiarray_tests.cpython-311-x86_64-linux-gnu.so",
		"/usr/lib/python3/dist-packages/numpy/linalg/"
		"_umath_linalg.cpython-311-x86_64-linux-gnu.so",
	};
	struct view view = { .width = 100 };
	struct scene scene;
	size_t i;
	char *text;

	(void)state;
	set_scene(&scene, names[0]);
	for (i = 0; i < 3; i++)
		scene.regions[i].vma.path = (char *)names[i];
	text = render(&scene, &view);
	assert_non_null(strstr(text, "array_umath"));
	assert_non_null(strstr(text, "array_tests"));
	assert_non_null(strstr(text, "linalg"));
	free(text);
}

static void colour(void **state)
{
	struct view view = { .width = 100, .color = true, .unicode = true };
	struct scene scene;
	const char *escape, *last = "";
	char *text;

	(void)state;
	set_scene(&scene, HOSTILE);
	text = render(&scene, &view);
	assert_non_null(strstr(text, "\033[33m"));
	/* Nothing but our own colours, and the last one is none. */
	for (escape = text; (escape = strchr(escape, '\033')); escape += 2) {
		assert_int_equal(escape[1], '[');
		assert_int_equal(escape[2 + strspn(escape + 2, "0123456789;")], 'm');
		last = escape;
	}
	assert_memory_equal(last, "\033[0m", 4);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_out),	cmocka_unit_test(every_width),
		cmocka_unit_test(ascii_is_ascii),	cmocka_unit_test(colour),
		cmocka_unit_test(names_are_told_apart), cmocka_unit_test(no_empty_column),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
