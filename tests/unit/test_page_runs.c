/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Runs of pages against the pages one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/page_state.h"

#define PAGE 4096ull
#define PAGES 200u
#define ROUNDS 2000

static uint32_t pick(uint32_t below)
{
	return (uint32_t)rand() % below;
}

static void make_pages(enum page_state states[PAGES])
{
	uint32_t at = 0;

	while (at < PAGES) {
		enum page_state state = (enum page_state)pick(PAGE_STATES);
		uint32_t count = 1 + pick(40);

		while (count-- && at < PAGES)
			states[at++] = state;
	}
}

static struct page_runs runs_of(const enum page_state states[PAGES])
{
	struct page_runs runs = { .runs = calloc(PAGES, sizeof(*runs.runs)) };
	uint32_t i;

	assert_non_null(runs.runs);
	for (i = 0; i < PAGES; i++) {
		if (states[i] == PAGE_ABSENT)
			continue;
		if (runs.count && runs.runs[runs.count - 1].end == i * PAGE &&
		    runs.runs[runs.count - 1].state == states[i])
			runs.runs[runs.count - 1].end += PAGE;
		else
			runs.runs[runs.count++] =
				(struct page_run){ i * PAGE, (i + 1) * PAGE, states[i], false };
	}
	return runs;
}

static void differing_pages(void **state)
{
	int round;

	(void)state;
	srand(7);
	for (round = 0; round < ROUNDS; round++) {
		enum page_state left[PAGES], right[PAGES];
		struct page_runs l, r;
		uint32_t i, wanted = 0;

		make_pages(left);
		memcpy(right, left, sizeof(left));
		if (round % 3)
			make_pages(right);
		for (i = 0; i < pick(4); i++)
			right[pick(PAGES)] = (enum page_state)pick(PAGE_STATES);
		if (round % 5 == 0)
			memset(left, 0, sizeof(left));
		for (i = 0; i < PAGES; i++)
			wanted += left[i] != right[i];
		l = runs_of(left);
		r = runs_of(right);
		assert_int_equal(page_runs__differ(&l, &r), wanted * PAGE);
		assert_int_equal(page_runs__differ(&r, &l), wanted * PAGE);
		assert_int_equal(page_runs__differ(&l, &l), 0);
		page_runs__deinit(&l);
		page_runs__deinit(&r);
	}
}

/* Ranges of a fresh scan in the place of what was there. */
static void merged_pages(void **state)
{
	int round;

	(void)state;
	srand(8);
	for (round = 0; round < ROUNDS; round++) {
		enum page_state old[PAGES], fresh[PAGES], wanted[PAGES];
		struct page_runs o, f, w, merged = { 0 };
		struct intervals ranges = { 0 };
		uint32_t i, at = 0;

		make_pages(old);
		make_pages(fresh);
		memcpy(wanted, old, sizeof(old));
		while ((at += pick(60)) < PAGES) {
			uint32_t end = at + 1 + pick(30);

			end = end < PAGES ? end : PAGES;
			assert_int_equal(intervals__append(&ranges, at * PAGE, end * PAGE, 0), 0);
			memcpy(wanted + at, fresh + at, (end - at) * sizeof(*wanted));
			at = end + 1;
		}
		o = runs_of(old);
		f = runs_of(fresh);
		w = runs_of(wanted);
		assert_int_equal(page_runs__merge(&o, &f, &ranges, &merged), 0);
		assert_int_equal(page_runs__differ(&merged, &w), 0);
		/* Neighbours that are equal are one run. */
		assert_int_equal(merged.count, w.count);
		for (i = 0; i < w.count; i++) {
			assert_int_equal(merged.runs[i].start, w.runs[i].start);
			assert_int_equal(merged.runs[i].end, w.runs[i].end);
		}
		intervals__deinit(&ranges);
		page_runs__deinit(&merged);
		page_runs__deinit(&o);
		page_runs__deinit(&f);
		page_runs__deinit(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differing_pages),
		cmocka_unit_test(merged_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
