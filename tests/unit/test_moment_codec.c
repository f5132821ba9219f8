/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A moment as bytes: what is read back shows the same at every width, and bytes that nobody wrote
 * are refused, or harmless.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_codec.h"
#include "render/renderer.h"

#define PAGE 4096ull
#define BASE (1ull << 40)
#define FLIPS 6000

static struct array_desc matrix(void)
{
	struct array_desc array = {
		.id = 7, .source = ARRAY_PYTHON, .object = 0x1234, .asked_for = true
	};

	array.name = strdup("__main__.m['\\xff']");
	array.start = BASE + 16;
	array.end = array.start + 300 * 512 * 8;
	array.origin.call = "malloc";
	array.origin.tid = 42;
	array.shape = calloc(1, sizeof(*array.shape));
	array.aliases = calloc(1, sizeof(*array.aliases));
	assert_true(array.name && array.shape && array.aliases);
	array.aliases[0] = strdup("alias");
	array.alias_count = array.alias_total = 1;
	array.shape->dims = calloc(4, sizeof(*array.shape->dims));
	assert_true(array.aliases[0] && array.shape->dims);
	array.shape->ndim = 2;
	array.shape->dims[0] = 300;
	array.shape->dims[1] = 512;
	array.shape->dims[2] = -4096;
	array.shape->dims[3] = 8;
	array.shape->data = array.start + 299 * 4096;
	array.shape->nbytes = 300 * 512 * 8;
	strcpy(array.shape->dtype, "float64");
	return array;
}

static void add_blocks(struct process_moment *process)
{
	struct vma vmas[] = { { .start = BASE, .end = BASE + 302 * PAGE, .path = (char *)"" },
			      { .start = BASE + 400 * PAGE,
				.end = BASE + 417 * PAGE,
				.kind = VMA_FILE,
				.inode = 99,
				.readable = true,
				.path = (char *)"/lib/\xff x.so" } };
	struct page_run runs[] = { { BASE, BASE + 101 * PAGE, PAGE_ANON, true },
				   { BASE + 113 * PAGE, BASE + 200 * PAGE, PAGE_ZERO, false },
				   { BASE + 401 * PAGE, BASE + 403 * PAGE, PAGE_FILE, false } };
	struct frame_run frame = { BASE, BASE + 101 * PAGE, 12345, true };
	const struct touch_chunk chunk = {
		.start = BASE, .written = { ~0ull, 7 }, .first_ns = 5, .last_ns = 9, .first_tid = 42
	};
	struct touch_facts facts = { 0 };
	struct array_list arrays = { calloc(1, sizeof(*arrays.arrays)), 1, 1 };

	assert_non_null(arrays.arrays);
	arrays.arrays[0] = matrix();
	assert_int_equal(touch_map_add(&facts.touched, &chunk), 0);
	assert_int_equal(intervals__set(&facts.before, BASE, BASE + 80 * PAGE, 0), 0);
	process->vmas = moment_vmas(&(struct vma_list){ vmas, 2, 2 });
	process->runs = moment_runs(&(struct page_runs){ runs, 3, 3 });
	process->frames = moment_frames(&(struct frame_list){ &frame, 1, 1 });
	process->touch = moment_touch(&facts);
	process->arrays = moment_arrays(&arrays);
	assert_true(process->vmas && process->runs && process->frames && process->touch &&
		    process->arrays);
}

static void set_moment(struct moment *moment)
{
	struct process_moment *process = calloc(2, sizeof(*process));

	assert_non_null(process);
	*moment = (struct moment){ .processes = process, .process_count = 2 };
	moment->header = (struct moment_header){ .version = "9.9.9",
						 .tier = "faults",
						 .backend = "tp_btf",
						 .page_reader = "read",
						 .merged = { "anon_huge" },
						 .merged_count = 1,
						 .tells_writes = true,
						 .time_unix_ns = UINT64_MAX / 3,
						 .start_ns = 1 };
	moment->header.environment = (struct environment){ .kernel = "6.18",
							   .machine = "x86_64",
							   .thp = "always",
							   .page_bytes = PAGE,
							   .pmd_bytes = 512 * PAGE };
	moment->header.losses.count[LOSS_EVENTS] = 3;
	process->header.facts = (struct process_facts){ .pid = 4711, .comm = "a\033b" };
	process->header.faults_known = process->header.frames_known = true;
	process->header.retired = calloc(1, sizeof(*process->header.retired));
	assert_non_null(process->header.retired);
	process->header.retired_count = 1;
	*process->header.retired = (struct retired){
		.count = 1, .start = BASE, .end = BASE + PAGE, .how = "munmap", .pages_touched = 1
	};
	process_moment__miss_names(process, "some are missing");
	add_blocks(process);
	process[1].header.exited = true;
}

static char *show_moment(const struct moment *moment, const char *name, uint32_t width, int *err)
{
	const struct view view = {
		.width = width, .detail = true, .pages = true, .unicode = true, .retired = 9
	};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	*err = renderer_find(name)->render(moment, &view, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void read_back_and_shown(void **state)
{
	static const uint32_t widths[] = { 40, 80, 131, 300 };
	struct moment moment, again;
	char *bytes, *more;
	size_t count, length, i;
	int err;

	(void)state;
	set_moment(&moment);
	assert_int_equal(moment_codec__encode(&moment, &bytes, &count), 0);
	assert_int_equal(moment_codec__decode(bytes, count, &again), 0);
	assert_int_equal(moment_codec__encode(&again, &more, &length), 0);
	assert_int_equal(count, length);
	assert_memory_equal(bytes, more, count);
	memset(bytes, 0, count);
	for (i = 0; i < 8; i++) {
		const char *name = i % 2 ? "json" : "text";
		char *left = show_moment(&moment, name, widths[i / 2], &err);
		char *right;

		assert_int_equal(err, 0);
		right = show_moment(&again, name, widths[i / 2], &err);
		assert_int_equal(err, 0);
		assert_string_equal(left, right);
		assert_non_null(strstr(left, "4711"));
		free(left);
		free(right);
	}
	free(bytes);
	free(more);
	moment__deinit(&again);
	moment__deinit(&moment);
}

static void decode_and_show(const char *bytes, size_t count)
{
	char *exact = malloc(count + !count), *text;
	struct moment moment;
	int err;

	assert_non_null(exact);
	memcpy(exact, bytes, count);
	err = moment_codec__decode(exact, count, &moment);
	free(exact);
	assert_true(!err || err == -EINVAL || err == -ENOMEM);
	if (!err) {
		text = show_moment(&moment, "json", 64, &err);
		free(text);
		free(show_moment(&moment, "text", 77, &err));
	}
	moment__deinit(&moment);
}

/* What nobody wrote: cut short, and with any bytes changed. */
static void hostile_bytes(void **state)
{
	struct moment moment, again;
	size_t count, i, j;
	char *bytes;

	(void)state;
	srand(5);
	/* Counts that do not add up are told. */
	assert_non_null(freopen("/dev/null", "w", stderr));
	set_moment(&moment);
	assert_int_equal(moment_codec__encode(&moment, &bytes, &count), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(moment_codec__decode(bytes, i, &again), -EINVAL);
		moment__deinit(&again);
	}
	for (i = 0; i < FLIPS; i++) {
		char *changed = malloc(count);

		assert_non_null(changed);
		memcpy(changed, bytes, count);
		for (j = 0; j <= i % 3; j++)
			changed[(size_t)rand() % count] = (char)rand();
		decode_and_show(changed, count);
		free(changed);
	}
	free(bytes);
	moment__deinit(&moment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_back_and_shown),
		cmocka_unit_test(hostile_bytes),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
