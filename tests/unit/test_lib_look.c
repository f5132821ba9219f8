/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* libpagewatch: what it says of pages whose history we know, and of numbers that make no sense. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/proc_text.h"
#include "lib/pagewatch.h"
#include "pages.h"

#define PAGES 199u /* of the mapping below; prime, as are its parts */

/* 61 written, 43 read, 1 written after all; a hole unmapped behind them. */
static char *play(void)
{
	char *start = map_anon(PAGES);
	size_t i;

	for (i = 7; i < 7 + 61; i++)
		write_page(start, i);
	for (i = 101; i < 101 + 43; i++)
		read_page(start, i);
	write_page(start, 120);
	munmap(start + 193 * page, 2 * page);
	return start;
}

static void expect_story(const struct pagewatch_pages *got)
{
	assert_int_equal(got->pages, PAGES);
	assert_int_equal(got->resident, 62);
	assert_int_equal(got->anon, 62);
	assert_int_equal(got->zero, 42);
	assert_int_equal(got->absent, PAGES - 62 - 42);
	assert_int_equal(got->zero_huge + got->anon_huge + got->file + got->shmem + got->swapped +
				 got->guard,
			 0);
}

static void query(void **state)
{
	struct pagewatch_residency r;
	char *start = play();

	(void)state;
	assert_int_equal(pagewatch_query(start, PAGES * page, &r, sizeof(r)), 0);
	assert_int_equal(r.page_bytes, page);
	assert_int_equal(r.range_pages, PAGES);
	assert_int_equal(r.unreadable, 0);
	expect_story(&r.all);
	assert_memory_equal(&r.all, &r.interior, sizeof(r.all));
	munmap(start, PAGES * page);
}

/* Every place of both ends around page borders: the interior is what lies wholly inside. */
static void edges(void **state)
{
	static const int shifts[] = { -17, -1, 0, 1, 16 };
	char *start = play();
	size_t i, j, n = sizeof(shifts) / sizeof(*shifts);

	(void)state;
	for (i = 0; i < n * n; i++) {
		char *from = start + 7 * page + shifts[i / n];
		char *till = start + 68 * page + shifts[i % n];
		uint64_t pages = 61 + (shifts[i / n] < 0) + (shifts[i % n] > 0);
		uint64_t inner = 61 - (shifts[i / n] > 0) - (shifts[i % n] < 0);
		struct pagewatch_residency r;

		assert_int_equal(pagewatch_query(from, (size_t)(till - from), &r, sizeof(r)), 0);
		assert_int_equal(r.all.pages, pages);
		assert_int_equal(r.all.resident, 61);
		assert_int_equal(r.all.absent, pages - 61);
		assert_int_equal(r.interior.pages, inner);
		assert_int_equal(r.interior.resident, inner);
	}
	/* ranges without an interior page */
	for (j = 0; j < 3; j++) {
		struct pagewatch_residency r;

		assert_int_equal(pagewatch_query(start + 8 * page + j, page, &r, sizeof(r)), 0);
		assert_int_equal(r.all.pages, 1 + !!j);
		assert_int_equal(r.interior.pages, !j);
		assert_int_equal(pagewatch_query(start + 8 * page + j, j, &r, sizeof(r)), 0);
		assert_int_equal(r.all.pages, !!j);
		assert_int_equal(r.interior.pages, 0);
	}
	munmap(start, PAGES * page);
}

static void states_and_heat(void **state)
{
	static const size_t widths[] = { 1, 2, 7, 64, PAGES - 1, PAGES, 5 * PAGES };
	uint64_t pages[PAGES], resident[PAGES], zero[PAGES];
	uint8_t got[PAGES + 3], part[PAGES];
	struct pagewatch_look *look;
	char *start = play();
	size_t i, j, w;

	(void)state;
	assert_int_equal(pagewatch_look_bytes(0, (uintptr_t)start, PAGES * page, &look), 0);
	memset(got, 0xee, sizeof(got));
	assert_int_equal(pagewatch_look_states(look, 0, sizeof(got), got), PAGES);
	assert_int_equal(got[PAGES], 0xee);
	for (i = 0; i < PAGES; i++) {
		int expected = (i >= 7 && i < 68) || i == 120 ? PAGEWATCH_ANON
			       : i >= 101 && i < 144	      ? PAGEWATCH_ZERO
							      : PAGEWATCH_ABSENT;

		assert_int_equal(got[i], expected);
		assert_int_equal(pagewatch_look_states(look, i, 3, part),
				 i + 3 > PAGES ? PAGES - i : 3);
		assert_memory_equal(part, got + i, i + 3 > PAGES ? PAGES - i : 3);
	}
	assert_int_equal(pagewatch_look_states(look, PAGES, 3, part), 0);
	assert_int_equal(pagewatch_look_states(look, UINT64_MAX, SIZE_MAX, part), 0);
	for (w = 0; w < sizeof(widths) / sizeof(*widths); w++) {
		size_t cells = widths[w] < PAGES ? widths[w] : PAGES;

		assert_int_equal(pagewatch_look_heat(look, widths[w], pages, resident, zero),
				 cells);
		for (i = 0; i < cells; i++) {
			uint64_t sums[3] = { 0 };

			for (j = i * PAGES / cells; j < (i + 1) * PAGES / cells; j++) {
				sums[0]++;
				sums[1] += got[j] == PAGEWATCH_ANON;
				sums[2] += got[j] == PAGEWATCH_ZERO;
			}
			assert_int_equal(pages[i], sums[0]);
			assert_int_equal(resident[i], sums[1]);
			assert_int_equal(zero[i], sums[2]);
		}
	}
	assert_int_equal(pagewatch_look_heat(look, 3, NULL, NULL, NULL), 3);
	assert_int_equal(pagewatch_look_heat(look, 0, pages, NULL, NULL), 0);
	pagewatch_look_free(look);
	munmap(start, PAGES * page);
}

/* Rows three pages apart, of which one element in two is ours, walked backwards. */
static void strided(void **state)
{
	const int64_t shape[] = { 41, 3 }, strides[] = { -3 * (int64_t)page, 16 };
	struct pagewatch_array array = {
		.item_bytes = 8, .ndim = 2, .shape = shape, .strides = strides
	};
	struct pagewatch_residency r;
	struct pagewatch_look *look;
	char *start = map_anon(PAGES);
	size_t i;

	(void)state;
	for (i = 0; i < PAGES; i += 2)
		write_page(start, i);
	array.data = (uintptr_t)start + 2 * page + 40 * 3 * page + 8;
	assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), 0);
	assert_int_equal(pagewatch_look_residency(look, &r, sizeof(r)), 0);
	assert_int_equal(r.range_pages, 40 * 3 + 1);
	assert_int_equal(r.all.pages, 41);
	assert_int_equal(r.all.resident, 21); /* pages 2, 8, 14, ... of 2, 5, 8, ... */
	assert_int_equal(r.interior.pages, 39);
	assert_int_equal(r.interior.resident, 19);
	pagewatch_look_free(look);

	/* C order when there are no strides; one element; none */
	array = (struct pagewatch_array){ (uintptr_t)start, page / 2, 2, shape, NULL };
	assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), 0);
	assert_int_equal(pagewatch_look_residency(look, &r, sizeof(r)), 0);
	assert_int_equal(r.all.pages, 62);
	assert_int_equal(r.all.resident, 31);
	pagewatch_look_free(look);
	array.ndim = 0;
	assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), 0);
	assert_int_equal(pagewatch_look_residency(look, &r, sizeof(r)), 0);
	assert_int_equal(r.all.pages, 1);
	assert_int_equal(r.interior.pages, 0);
	pagewatch_look_free(look);
	array.ndim = 2;
	array.shape = (const int64_t[]){ INT64_MAX, 0 };
	assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), 0);
	assert_int_equal(pagewatch_look_residency(look, &r, sizeof(r)), 0);
	assert_int_equal(r.all.pages, 0);
	assert_int_equal(r.range_pages, 0);
	pagewatch_look_free(look);
	munmap(start, PAGES * page);
}

static void nonsense(void **state)
{
	const int64_t lengths[][2] = { { -1, 1 }, { INT64_MAX, 1 }, { 2, 2 }, { 1 << 20, 1 << 20 } };
	const int64_t steps[][2] = {
		{ 1, 1 }, { INT64_MAX, 1 }, { INT64_MIN, INT64_MIN }, { 1 << 30, 1 << 30 }
	};
	const int errors[] = { -EINVAL, -EINVAL, -EINVAL, -E2BIG };
	struct pagewatch_residency r;
	struct pagewatch_look *look;
	char bytes[16];
	size_t i;

	(void)state;
	assert_int_equal(pagewatch_query(bytes, SIZE_MAX, &r, sizeof(r)), -EINVAL);
	assert_int_equal(pagewatch_query((void *)UINTPTR_MAX, 0, &r, sizeof(r)), -EINVAL);
	assert_int_equal(pagewatch_query(bytes, 1, NULL, sizeof(r)), -EINVAL);
	assert_int_equal(pagewatch_query(bytes, 1, &r, sizeof(r) - 1), -EINVAL);
	assert_int_equal(pagewatch_look_bytes(-1, 0, 1, &look), -EINVAL);
	assert_int_equal(pagewatch_look_bytes(0, 0, 1, NULL), -EINVAL);
	assert_int_equal(pagewatch_look_residency(NULL, &r, sizeof(r)), -EINVAL);
	for (i = 0; i < 4; i++) {
		struct pagewatch_array array = { (uintptr_t)bytes, 8, 2, lengths[i], steps[i] };

		assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), errors[i]);
		array.ndim = 65;
		assert_int_equal(pagewatch_look_array(0, &array, sizeof(array), &look), -EINVAL);
	}
	/* all that an address space could be, of which nothing near 0 is mapped */
	assert_int_equal(pagewatch_query(NULL, page, &r, sizeof(r)), 0);
	assert_int_equal(r.all.absent, 1);
}

/* A caller that was built with a newer header gets zeros behind what we know. */
static void newer_caller(void **state)
{
	struct {
		struct pagewatch_residency r;
		uint64_t more[3];
	} newer;
	char byte = 1;

	(void)state;
	memset(&newer, 0xff, sizeof(newer));
	assert_int_equal(pagewatch_query(&byte, 1, &newer.r, sizeof(newer)), 0);
	assert_int_equal(newer.r.all.pages, 1);
	assert_int_equal(newer.more[0] | newer.more[1] | newer.more[2], 0);
}

static void touch_story(void *ctx)
{
	*(char **)ctx = play();
}

static int sum_regions(void *ctx, const struct pagewatch_region *region)
{
	uint64_t *sums = ctx;

	sums[0] += region->pages.pages;
	sums[1] += region->pages.resident;
	sums[2]++;
	assert_true(region->start >= sums[3] && region->start < region->end);
	sums[3] = region->end;
	if (!strcmp(region->path, "[stack]"))
		assert_int_equal(region->kind, PAGEWATCH_KIND_STACK);
	return 0;
}

static int stop_at_once(void *ctx, const struct pagewatch_region *region)
{
	(void)ctx, (void)region;
	return 77;
}

/* Of a stopped child, against smaps. */
static void snapshot(void **state)
{
	struct pagewatch_totals totals;
	uint64_t sums[4] = { 0 }, kib = 0;
	struct proc *proc = NULL;
	char *text = NULL, *start;
	pid_t pid = start_child(touch_story, &start);

	(void)state;
	assert_int_equal(pagewatch_snapshot(pid, sum_regions, sums, &totals, sizeof(totals)), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)pid, &proc), 0);
	assert_int_equal(proc__read_file(proc, "smaps_rollup", &text, NULL), 0);
	assert_int_equal(proc_status_number(text, "Rss", &kib), 0);
	assert_int_equal(totals.rss_pages, kib * 1024 / page);
	assert_int_equal(totals.pages.pages, sums[0]);
	assert_int_equal(totals.pages.resident, sums[1]);
	assert_int_equal(totals.regions, sums[2]);
	assert_int_equal(totals.unreadable, 0);
	assert_int_equal(pagewatch_snapshot(pid, stop_at_once, NULL, NULL, 0), 77);
	assert_int_equal(pagewatch_snapshot(0, NULL, NULL, &totals, 3), -EINVAL);
	proc__close(proc);
	free(text);
	kill_child(pid);
	assert_int_equal(pagewatch_snapshot(pid, NULL, NULL, NULL, 0), -ESRCH);
}

static void *query_often(void *start)
{
	struct pagewatch_residency r;
	int i;

	for (i = 0; i < 97; i++) {
		if (pagewatch_query(start, PAGES * page, &r, sizeof(r)) || r.all.resident != 62)
			return start;
	}
	return NULL;
}

static void threads(void **state)
{
	pthread_t thread[7];
	char *start = play();
	void *wrong;
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, query_often, start), 0);
	for (i = 0; i < 7; i++) {
		assert_int_equal(pthread_join(thread[i], &wrong), 0);
		assert_null(wrong);
	}
	munmap(start, PAGES * page);
}

static void *outlive(void *start)
{
	struct pagewatch_residency r;
	pthread_t first = *(pthread_t *)start;

	pthread_join(first, NULL);
	_exit(pagewatch_query(&r, sizeof(r), &r, sizeof(r)) || !r.all.resident);
}

/* /proc/PID of a process whose first thread has ended shows no memory any more. */
static void first_thread_ended(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		static pthread_t self;
		pthread_t thread;

		self = pthread_self();
		pthread_create(&thread, NULL, outlive, &self);
		pthread_exit(NULL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query),
		cmocka_unit_test(edges),
		cmocka_unit_test(strided),
		cmocka_unit_test(states_and_heat),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(newer_caller),
		cmocka_unit_test(snapshot),
		cmocka_unit_test(threads),
		cmocka_unit_test(first_thread_ended),
	};

	return cmocka_run_group_tests(tests, pages_setup, pages_teardown);
}
