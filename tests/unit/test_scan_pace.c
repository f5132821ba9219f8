/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How large the calls of a page scan are, and when it leaves the target's lock alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "collect/pages/scan_pace.h"

#define US 1000u
#define MANY 100

/* As measured: what a call takes for a page, and for a page table with one page in it. */
#define PAGE_NS 50u
#define TABLE_NS 1200u
#define MOST_US 100u

/* Many calls in a row that took so long. */
static void adapt_both(struct scan_pace *pace, uint64_t took_ns)
{
	int i;

	for (i = 0; i < MANY; i++) {
		scan_pace__adapt_pages(pace, took_ns);
		scan_pace__adapt_tables(pace, took_ns);
	}
}

/* A writer that waits for a call to end waits for less than 0.1 ms. */
static void the_first_calls_are_short(void **state)
{
	struct scan_pace pace;

	(void)state;
	scan_pace__init(&pace);
	assert_in_range(pace.pages, 1, MOST_US * US / PAGE_NS);
	assert_in_range(pace.tables, 1, MOST_US * US / TABLE_NS);
}

static void slow_calls_get_smaller(void **state)
{
	struct scan_pace pace, before;

	(void)state;
	scan_pace__init(&pace);
	before = pace;
	scan_pace__adapt_pages(&pace, 1000 * US);
	assert_int_equal(pace.pages, before.pages / 2);
	scan_pace__adapt_tables(&pace, 1000 * US);
	assert_int_equal(pace.tables, before.tables / 2);
	adapt_both(&pace, 1000 * US);
	assert_in_range(pace.pages, 1, before.pages / 4);
	assert_in_range(pace.tables, 1, before.tables / 4);
}

static void quick_calls_get_larger(void **state)
{
	struct scan_pace pace, before;

	(void)state;
	scan_pace__init(&pace);
	before = pace;
	scan_pace__adapt_pages(&pace, 1 * US);
	assert_int_equal(pace.pages, before.pages * 2);
	scan_pace__adapt_tables(&pace, 1 * US);
	assert_int_equal(pace.tables, before.tables * 2);
	adapt_both(&pace, 1 * US);
	/* What they could take at once. */
	assert_in_range(pace.pages, before.pages * 2, 1000 * US / PAGE_NS);
	assert_in_range(pace.tables, before.tables * 2, 2600 * US / TABLE_NS);
}

static void others_stay(void **state)
{
	struct scan_pace pace, before;

	(void)state;
	scan_pace__init(&pace);
	before = pace;
	adapt_both(&pace, MOST_US / 2 * US);
	assert_int_equal(pace.pages, before.pages);
	assert_int_equal(pace.tables, before.tables);
}

/*
 * After a hole, a call still ends after a few pages. With as many as a hole allows, it would read
 * 2,048 page tables with a page in each: 2.5 ms.
 */
static void a_hole_allows_no_more_pages(void **state)
{
	struct scan_pace pace, before;
	int i;

	(void)state;
	scan_pace__init(&pace);
	before = pace;
	for (i = 0; i < MANY; i++)
		scan_pace__adapt_tables(&pace, 1 * US);
	assert_int_equal(pace.pages, before.pages);
	before = pace;
	for (i = 0; i < MANY; i++)
		scan_pace__adapt_pages(&pace, 1 * US);
	assert_int_equal(pace.tables, before.tables);
}

/* Many short calls, as of a process with many VMAs, are as bad as a long one. */
static void a_rest_after_many_calls(void **state)
{
	struct scan_pace pace;
	uint64_t now = 1000000 * US;
	int calls = 0;

	(void)state;
	scan_pace__init(&pace);
	pace.last_ns = now;
	while (!scan_pace__rest_is_due(&pace, now)) {
		now += 10 * US;
		pace.held_ns += 10 * US;
		pace.last_ns = now;
		calls++;
	}
	assert_in_range(calls, 20, 80);
	/* Time that passed by itself is a rest as well. */
	assert_false(scan_pace__rest_is_due(&pace, now + 1000 * US));
	assert_int_equal(pace.held_ns, 0);
}

static void none_for_a_target_that_stands_still(void **state)
{
	struct scan_pace pace, before;

	(void)state;
	scan_pace__init(&pace);
	adapt_both(&pace, 1);
	before = pace;
	adapt_both(&pace, 1000 * US);
	scan_pace__nobody_waits(&pace);
	pace.held_ns = UINT64_C(3600000000) * US;
	assert_false(scan_pace__rest_is_due(&pace, 1));
	/* As large as they can be from the first one on, however long they take. */
	adapt_both(&pace, 1000 * US);
	assert_int_equal(pace.pages, before.pages);
	assert_int_equal(pace.tables, before.tables);
	scan_pace__init(&pace);
	pace.held_ns = UINT64_C(3600000000) * US;
	assert_true(scan_pace__rest_is_due(&pace, 1));
}

static void a_rest_is_taken(void **state)
{
	int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	struct scan_pace pace;
	uint64_t begin, rested;

	(void)state;
	scan_pace__init(&pace);
	begin = scan_pace__begin(&pace);
	/* Held for an hour. */
	pace.held_ns = UINT64_C(3600000000) * US;
	pace.last_ns = begin + UINT64_C(3600000000) * US;
	rested = scan_pace__begin(&pace);
	assert_int_equal(pace.held_ns, 0);
	assert_in_range(rested - begin, 50 * US, UINT64_MAX);
	scan_pace__end(&pace, rested);
	assert_in_range(pace.last_ns, rested, UINT64_MAX);
	assert_int_equal(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), slack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_calls_are_short),
		cmocka_unit_test(slow_calls_get_smaller),
		cmocka_unit_test(quick_calls_get_larger),
		cmocka_unit_test(others_stay),
		cmocka_unit_test(a_hole_allows_no_more_pages),
		cmocka_unit_test(a_rest_after_many_calls),
		cmocka_unit_test(none_for_a_target_that_stands_still),
		cmocka_unit_test(a_rest_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
