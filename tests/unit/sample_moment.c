/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* No assertions of a test library: a fuzzer has none. */
#include "sample_moment.h"

#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "model/moment_lists.h"

#define PAGE 4096ull
#define BASE (1ull << 40)

static void require(bool holds)
{
	if (!holds)
		abort();
}

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
	require(array.name && array.shape && array.aliases);
	array.aliases[0] = strdup("alias");
	array.alias_count = array.alias_total = 1;
	array.shape->dims = calloc(4, sizeof(*array.shape->dims));
	require(array.aliases[0] && array.shape->dims);
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
	struct cached_run cached[] = {
		{ BASE + 400 * PAGE, BASE + 408 * PAGE, 5, 2, 0, CACHED_KNOWN, true, true },
		{ BASE + 408 * PAGE, BASE + 417 * PAGE, 0, 0, 0, CACHED_HIDDEN, false, true }
	};
	struct frame_run frame = { BASE, BASE + 101 * PAGE, 12345, true };
	const struct touch_chunk chunk = {
		.start = BASE, .written = { ~0ull, 7 }, .first_ns = 5, .last_ns = 9, .first_tid = 42
	};
	struct touch_facts facts = { 0 };
	struct array_desc array = matrix();
	struct process_lists lists;

	require(!touch_map_add(&facts.touched, &chunk));
	require(!intervals__set(&facts.before, BASE, BASE + 80 * PAGE, 0));
	lists = (struct process_lists){ .vmas = { vmas, 2, 2 },
					.runs = { runs, 3, 3 },
					.frames = { &frame, 1, 1 },
					.arrays = { &array, 1, 1 },
					.touch = facts,
					.cached = { cached, 2, 2 } };
	require(!process_moment__keep(process, &lists));
	touch_facts__deinit(&facts);
	array_desc__deinit(&array);
}

void sample_moment(struct moment *ret)
{
	struct process_moment *process = calloc(2, sizeof(*process));

	require(process != NULL);
	*ret = (struct moment){ .processes = process, .process_count = 2 };
	ret->header = (struct moment_header){ .version = "9.9.9",
					      .tier = "faults",
					      .backend = "tp_btf",
					      .call_hooks = "tracepoint",
					      .page_reader = "read",
					      .merged = { "anon_huge" },
					      .merged_count = 1,
					      .tells_writes = true,
					      .time_unix_ns = UINT64_MAX / 3,
					      .start_ns = 1 };
	ret->header.environment = (struct environment){ .kernel = "6.18",
							.machine = "x86_64",
							.thp = "always",
							.page_bytes = PAGE,
							.pmd_bytes = 512 * PAGE };
	ret->header.losses.count[LOSS_EVENTS] = 3;
	require(!moment__set_reason(ret, MOMENT_CHECKPOINT, "after \xff step"));
	process->header.facts = (struct process_facts){ .pid = 4711, .comm = "a\033b" };
	process->header.faults_known = process->header.frames_known = true;
	process->header.retired = calloc(1, sizeof(*process->header.retired));
	require(process->header.retired != NULL);
	process->header.retired_count = 1;
	*process->header.retired = (struct retired){
		.count = 1, .start = BASE, .end = BASE + PAGE, .how = "munmap", .pages_touched = 1
	};
	process_moment__miss_names(process, "some are missing");
	require(!counted__set_text(&process->header.exe, "/bin/\xff x"));
	add_blocks(process);
	process[1].header.exited = true;
}
