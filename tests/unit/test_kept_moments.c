/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is kept of many moments: the highest, the checkpoints, and what is spread over the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/kept_moments.h"
#include "model/moment_lists.h"

#define PAGE 4096ull

static void add_moment(struct kept_moments *kept, enum moment_reason reason, uint64_t at,
		       uint64_t resident)
{
	struct moment moment = { .header = { .since_start_ns = at } };

	assert_int_equal(
		moment__set_reason(&moment, reason, reason == MOMENT_CHECKPOINT ? "step" : NULL),
		0);
	assert_int_equal(kept_moments__add(kept, &moment, resident), 0);
}

static uint64_t time_of(const struct kept_moments *kept, size_t index)
{
	return kept->moments[index].moment.header.since_start_ns;
}

/* 40 peaks: those that another followed soonest are dropped, never the highest. */
static void peaks(void **state)
{
	struct kept_moments kept = { 0 };
	uint64_t i;

	(void)state;
	for (i = 0; i < 40; i++)
		add_moment(&kept, MOMENT_PEAK, i < 20 ? 100 * i : 2000 + i, i);
	assert_int_equal(kept.count, KEPT_PEAKS_MAX);
	assert_int_equal(kept.taken[MOMENT_PEAK], 40);
	assert_int_equal(kept.dropped[MOMENT_PEAK], 8);
	assert_int_equal(kept_moments__highest(&kept)->resident, 39);
	for (i = 0; i < 20; i++)
		assert_int_equal(time_of(&kept, i), 100 * i);
	kept_moments__deinit(&kept);
}

/* A step in the middle of each ramp, and then its end: the ends stay. */
static void ends_of_ramps(void **state)
{
	struct kept_moments kept = { 0 };
	uint64_t i;

	(void)state;
	for (i = 0; i < KEPT_PEAKS_MAX; i++) {
		add_moment(&kept, MOMENT_PEAK, 1000 * i, 2 * i);
		add_moment(&kept, MOMENT_INTERVAL, 1000 * i + 10, 2 * i);
		add_moment(&kept, MOMENT_PEAK, 1000 * i + 20, 2 * i + 1);
	}
	assert_int_equal(kept.dropped[MOMENT_PEAK], KEPT_PEAKS_MAX);
	for (i = 0; i < KEPT_PEAKS_MAX; i++)
		assert_int_equal(time_of(&kept, 2 * i + 1), 1000 * i + 20);
	kept_moments__deinit(&kept);
}

static void the_highest_is_not_the_last(void **state)
{
	struct kept_moments kept = { 0 };
	uint64_t i;

	(void)state;
	for (i = 0; i < 100; i++)
		add_moment(&kept, MOMENT_PEAK, 1000 - (100 - i) * (100 - i) / 10, 100 - i);
	assert_int_equal(kept.count, KEPT_PEAKS_MAX);
	assert_int_equal(kept_moments__highest(&kept)->resident, 100);
	assert_int_equal(time_of(&kept, 0), 0);
	kept_moments__deinit(&kept);
}

static void checkpoints_last(void **state)
{
	struct kept_moments kept = { 0 };
	uint64_t i;

	(void)state;
	for (i = 0; i < KEPT_MOMENTS_MAX; i++)
		add_moment(&kept, i % 2 ? MOMENT_CHECKPOINT : MOMENT_INTERVAL, 10 * i, 5);
	for (i = 0; i < KEPT_MOMENTS_MAX; i++)
		add_moment(&kept, MOMENT_CHECKPOINT, 100000 + i, 5);
	assert_int_equal(kept.count, KEPT_MOMENTS_MAX);
	/* The first is the highest: nothing has more. */
	assert_int_equal(kept.dropped[MOMENT_INTERVAL], KEPT_MOMENTS_MAX / 2 - 1);
	assert_int_equal(kept.dropped[MOMENT_CHECKPOINT], KEPT_MOMENTS_MAX / 2 + 1);
	assert_int_equal(time_of(&kept, 0), 0);
	/* Those that came 10 apart have stayed. */
	for (i = 1; i < KEPT_MOMENTS_MAX / 2; i++)
		assert_int_equal(time_of(&kept, i), 10 * (2 * i - 1));
	kept_moments__deinit(&kept);
}

/* Arrays that have nothing in common with those of another moment: some MiB. */
static void add_large(struct kept_moments *kept, uint64_t number)
{
	const size_t count = 60000;
	struct page_run *runs = calloc(count, sizeof(*runs));
	struct moment moment = { .header = { .since_start_ns = number, .reason = MOMENT_INTERVAL },
				 .process_count = 1 };
	struct process_lists lists = { .runs = { runs, count, count } };
	size_t i;

	assert_non_null(runs);
	moment.processes = calloc(1, sizeof(*moment.processes));
	assert_non_null(moment.processes);
	for (i = 0; i < count; i++)
		runs[i] = (struct page_run){ (2 * i + 1) * PAGE, (2 * i + 2) * PAGE,
					     number % 2 ? PAGE_ANON : PAGE_ZERO, false };
	assert_int_equal(process_moment__keep(&moment.processes[0], &lists), 0);
	free(runs);
	assert_int_equal(kept_moments__add(kept, &moment, number == 20 ? 2 : 1), 0);
}

static void memory_has_a_bound(void **state)
{
	struct kept_moments kept = { 0 };
	uint64_t i, bytes = 0;

	(void)state;
	for (i = 0; i < 100; i++) {
		add_large(&kept, i);
		assert_true(kept.sum.bytes <= KEPT_BYTES_MAX);
		bytes = bytes > kept.sum.bytes ? bytes : kept.sum.bytes;
	}
	assert_true(bytes > KEPT_BYTES_MAX / 2);
	assert_int_equal(kept.count + kept.dropped[MOMENT_INTERVAL], 100);
	assert_true(kept.dropped[MOMENT_INTERVAL] > 0);
	assert_int_equal(kept_moments__highest(&kept)->moment.header.since_start_ns, 20);
	kept_moments__deinit(&kept);
	assert_int_equal(kept.sum.bytes, 0);
}

static void as_a_sequence(void **state)
{
	struct kept_moments kept = { 0 };
	const struct moment *moment;
	struct moments all;
	size_t i;

	(void)state;
	assert_null(kept_moments__highest(&kept));
	for (i = 0; i < 3; i++)
		add_moment(&kept, MOMENT_ASKED, i, i);
	all = kept_moments__all(&kept);
	assert_int_equal(all.count, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(all.at(all.from, i, &moment), 0);
		assert_int_equal(moment->header.since_start_ns, i);
	}
	kept_moments__deinit(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peaks),
		cmocka_unit_test(ends_of_ramps),
		cmocka_unit_test(the_highest_is_not_the_last),
		cmocka_unit_test(checkpoints_last),
		cmocka_unit_test(memory_has_a_bound),
		cmocka_unit_test(as_a_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
