/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Moments of one process share what has not changed; each is what it was, whatever follows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_codec.h"
#include "model/moment_lists.h"
#include "model/moment_sum.h"

#define PAGE 4096ull
#define CHUNK (CHUNK_PAGES * PAGE)
#define BASE (1ull << 40)
#define RUNS 1000u
#define ARRAYS 100000u
#define HEADERS (sizeof(struct moment) + sizeof(struct process_moment))
#define KEPT 9u
#define STEPS 150u

/* What a process has now, in arrays that the tests change. */
struct process {
	struct vma vmas[8];
	struct page_run runs[RUNS];
	struct touch_chunk chunks[RUNS];
	struct interval before[RUNS];
	struct array_desc arrays[RUNS];
	struct array_shape shapes[RUNS];
	int64_t dims[RUNS][4];
	char names[RUNS][32];
	struct process_lists lists;
};

/* The chunks as a moment takes them. */
static void set_touched(struct process *process)
{
	struct touch_map *touched = &process->lists.touch.touched;
	uint32_t i;

	touch_map_deinit(touched);
	for (i = 0; i < RUNS; i++)
		assert_int_equal(touch_map_add(touched, &process->chunks[i]), 0);
}

static struct process *new_process(void)
{
	struct process *process = calloc(1, sizeof(*process));
	uint64_t i;

	assert_non_null(process);
	for (i = 0; i < 8; i++)
		process->vmas[i] = (struct vma){ .start = BASE + i * 125 * CHUNK,
						 .end = BASE + (i + 1) * 125 * CHUNK,
						 .path = (char *)(i % 2 ? "/usr/lib/x.so" : "") };
	for (i = 0; i < RUNS; i++) {
		uint64_t start = BASE + i * CHUNK;

		process->runs[i] = (struct page_run){ start, start + 9 * PAGE, PAGE_ANON, false };
		process->chunks[i] = (struct touch_chunk){ .start = start, .first_ns = i };
		process->before[i] = (struct interval){ start, start + PAGE, 0 };
		snprintf(process->names[i], sizeof(process->names[i]), "a[%d]", (int)i);
		process->dims[i][0] = 9;
		process->dims[i][1] = (int64_t)PAGE;
		process->shapes[i] = (struct array_shape){
			.data = start, .ndim = 1, .dims = process->dims[i], .dtype = "int8"
		};
		process->arrays[i] = (struct array_desc){ .id = (uint32_t)i + 1,
							  .name = process->names[i],
							  .start = start,
							  .end = start + 9 * PAGE,
							  .shape = &process->shapes[i] };
	}
	process->lists.vmas = (struct vma_list){ process->vmas, 8, 8 };
	process->lists.runs = (struct page_runs){ process->runs, RUNS, RUNS };
	set_touched(process);
	process->lists.touch.before = (struct intervals){ process->before, RUNS, RUNS };
	process->lists.arrays = (struct array_list){ process->arrays, RUNS, RUNS };
	return process;
}

static void free_process(struct process *process)
{
	touch_map_deinit(&process->lists.touch.touched);
	free(process);
}

/* A moment of it; one that follows another shares with it. */
static struct moment look_at(const struct process_lists *lists, const struct moment *before)
{
	struct process_moment *row = calloc(1, sizeof(*row));
	struct moment moment = { .processes = row, .process_count = 1 };

	assert_non_null(row);
	moment.header = (struct moment_header){ .version = "9",
						.tier = "faults",
						.backend = "tp_btf",
						.call_hooks = "none",
						.page_reader = "scan" };
	moment.header.environment.page_bytes = PAGE;
	row->header.facts.pid = 4711;
	row->header.faults_known = true;
	assert_int_equal(process_moment__keep(row, lists), 0);
	assert_int_equal(moment__share(&moment, before), 0);
	return moment;
}

static uint64_t cost_of(struct moment_sum *sum, const struct moment *moment)
{
	uint64_t before = sum->bytes;

	moment_sum__add(sum, moment);
	return sum->bytes - before;
}

static void stillness_costs_a_header(void **state)
{
	struct process *process = new_process();
	struct moment first = look_at(&process->lists, NULL),
		      second = look_at(&process->lists, &first);
	struct moment_sum sum = { 0 };

	(void)state;
	assert_int_equal(cost_of(&sum, &first), moment__bytes(&first));
	assert_true(moment__bytes(&first) > RUNS * (24 + 48 + 24 + 112));
	assert_int_equal(cost_of(&sum, &second), HEADERS);
	assert_int_equal(moment__bytes(&second), moment__bytes(&first));
	moment_sum__take(&sum, &first);
	assert_int_equal(sum.bytes, moment__bytes(&second));
	moment__deinit(&first);
	moment_sum__take(&sum, &second);
	assert_int_equal(sum.bytes, 0);
	moment__deinit(&second);
	free_process(process);
}

static void expect_one_new(const struct moment *before, const struct moment *after,
			   enum moment_list changed)
{
	unsigned int i;

	for (i = 0; i < MOMENT_LISTS; i++) {
		const struct shared_list *left = before->processes[0].lists[i];
		const struct shared_list *right = after->processes[0].lists[i];

		if (i == changed)
			assert_ptr_not_equal(left, right);
		else
			assert_ptr_equal(left, right);
	}
}

/* Of 1,000 items one is another: its piece is new, and the pointers to all of that list. */
static void a_change_costs_a_piece(void **state)
{
	struct process *process = new_process();
	struct moment moments[4] = { look_at(&process->lists, NULL) };
	struct moment_sum sum = { 0 };
	uint64_t costs[4];
	size_t i;

	(void)state;
	process->runs[500].state = PAGE_ZERO;
	moments[1] = look_at(&process->lists, &moments[0]);
	process->chunks[500].written[3] = 5;
	set_touched(process);
	moments[2] = look_at(&process->lists, &moments[1]);
	process->dims[500][0] = 8;
	moments[3] = look_at(&process->lists, &moments[2]);
	expect_one_new(&moments[0], &moments[1], MOMENT_RUNS);
	expect_one_new(&moments[1], &moments[2], MOMENT_TOUCHED);
	expect_one_new(&moments[2], &moments[3], MOMENT_ARRAYS);
	for (i = 0; i < 4; i++)
		costs[i] = cost_of(&sum, &moments[i]) - HEADERS;
	assert_int_equal(costs[0], 304368);
	assert_int_equal(costs[1], 696);
	assert_int_equal(costs[2], 1040);
	assert_int_equal(costs[3], 7144);
	for (i = 0; i < 4; i++) {
		moment_sum__take(&sum, &moments[i]);
		moment__deinit(&moments[i]);
	}
	assert_int_equal(sum.bytes, 0);
	free_process(process);
}

/* 100,000 matrices of a module's list of dicts, each with a second name. */
struct crowd {
	struct array_desc arrays[ARRAYS];
	struct array_shape shapes[ARRAYS];
	int64_t dims[ARRAYS][4];
	char names[ARRAYS][40], others[ARRAYS][40];
	char *aliases[ARRAYS];
};

static struct crowd *new_crowd(void)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	uint32_t i;

	assert_non_null(crowd);
	for (i = 0; i < ARRAYS; i++) {
		snprintf(crowd->names[i], sizeof(crowd->names[i]), "__main__.layers[%u]['weight']",
			 i);
		snprintf(crowd->others[i], sizeof(crowd->others[i]), "optimizer.state[%u].momentum",
			 i);
		crowd->aliases[i] = crowd->others[i];
		crowd->shapes[i] = (struct array_shape){ .data = BASE + i * PAGE,
							 .nbytes = PAGE,
							 .ndim = 2,
							 .dims = crowd->dims[i],
							 .dtype = "float64" };
		crowd->arrays[i] = (struct array_desc){ .id = i + 1,
							.name = crowd->names[i],
							.start = BASE + i * PAGE,
							.end = BASE + (i + 1) * PAGE,
							.object = i + 1,
							.shape = &crowd->shapes[i],
							.aliases = &crowd->aliases[i],
							.alias_count = 1,
							.alias_total = 1 };
	}
	return crowd;
}

static void many_arrays_cost_once(void **state)
{
	struct crowd *crowd = new_crowd();
	struct process_lists lists = { .arrays = { crowd->arrays, ARRAYS, ARRAYS } };
	struct moment moments[3];
	struct moment_sum sum = { 0 };
	uint64_t costs[3];
	size_t i;

	(void)state;
	moments[0] = look_at(&lists, NULL);
	moments[1] = look_at(&lists, &moments[0]);
	/* One is gone, and others have moved up. */
	lists.arrays.arrays++;
	lists.arrays.count--;
	moments[2] = look_at(&lists, &moments[1]);
	for (i = 0; i < 3; i++)
		costs[i] = cost_of(&sum, &moments[i]) - HEADERS;
	assert_int_equal(costs[0], 28895376);
	assert_true(costs[0] <= 400 * ARRAYS);
	assert_int_equal(costs[1], 0);
	assert_int_equal(costs[2], 34048);
	for (i = 0; i < 3; i++) {
		moment_sum__take(&sum, &moments[i]);
		moment__deinit(&moments[i]);
	}
	free(crowd);
}

static uint32_t pick(uint32_t below)
{
	return (uint32_t)rand() % below;
}

/* Something of the process is other than it was. */
static void go_on(struct process *process)
{
	uint32_t i = pick(process->lists.runs.count ? (uint32_t)process->lists.runs.count : 1);

	switch (pick(7)) {
	case 0:
		process->runs[i].state = pick(2) ? PAGE_FILE : PAGE_SWAPPED;
		break;
	case 1:
		process->chunks[i].read[pick(CHUNK_WORDS)] ^= 1ull << pick(64);
		set_touched(process);
		break;
	case 2:
		process->before[i].end += process->before[i].end % CHUNK ? PAGE : 0;
		break;
	case 3:
		process->vmas[pick(8)].writable ^= true;
		break;
	case 4:
		process->names[i][0] ^= 1;
		break;
	case 5:
		process->lists.runs.count = RUNS - pick(9);
		break;
	default:
		process->lists.arrays.arrays = process->arrays + pick(3);
		process->lists.arrays.count = RUNS - 3;
		break;
	}
}

struct bytes {
	char *bytes;
	size_t count;
};

static struct bytes bytes_of(const struct moment *moment)
{
	struct bytes ret;

	assert_int_equal(moment_codec__encode(moment, &ret.bytes, &ret.count), 0);
	return ret;
}

/* The same facts in a moment that shares with none. */
static struct bytes facts_of(const struct process *process)
{
	struct moment moment = look_at(&process->lists, NULL);
	struct bytes ret = bytes_of(&moment);

	moment__deinit(&moment);
	return ret;
}

static void expect_kept(struct moment *moment, struct bytes *wanted)
{
	struct bytes now;

	if (!wanted->bytes)
		return;
	now = bytes_of(moment);
	assert_int_equal(now.count, wanted->count);
	assert_memory_equal(now.bytes, wanted->bytes, now.count);
	free(now.bytes);
	free(wanted->bytes);
	moment__deinit(moment);
}

static void a_kept_moment_stays(void **state)
{
	struct process *process = new_process();
	struct moment kept[KEPT] = { { .process_count = 0 } };
	struct moment last = look_at(&process->lists, NULL), moment;
	struct bytes wanted[KEPT] = { { NULL, 0 } };
	struct moment_sum sum = { 0 };
	uint32_t step, i;

	(void)state;
	srand(7);
	for (step = 0; step < STEPS; step++) {
		for (i = pick(4); i-- > 0;)
			go_on(process);
		moment = look_at(&process->lists, &last);
		moment__deinit(&last);
		last = moment;
		if (pick(3))
			continue;
		/* One more that is kept, until its place is taken by another. */
		i = pick(KEPT);
		if (wanted[i].bytes)
			moment_sum__take(&sum, &kept[i]);
		expect_kept(&kept[i], &wanted[i]);
		kept[i] = look_at(&process->lists, &last);
		wanted[i] = facts_of(process);
		moment_sum__add(&sum, &kept[i]);
	}
	moment__deinit(&last);
	free_process(process);
	for (i = 0; i < KEPT; i++) {
		if (wanted[i].bytes)
			moment_sum__take(&sum, &kept[i]);
		expect_kept(&kept[i], &wanted[i]);
	}
	assert_int_equal(sum.bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stillness_costs_a_header),
		cmocka_unit_test(a_change_costs_a_piece),
		cmocka_unit_test(many_arrays_cost_once),
		cmocka_unit_test(a_kept_moment_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
