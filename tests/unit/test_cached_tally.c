/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Counts of the page cache over ranges that do not end where runs end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/rows/cached_tally.h"

#define PAGE 4096ull

static struct cached_tally tally_of(const struct cached_run *runs, size_t count, uint64_t first,
				    uint64_t last)
{
	const struct cached_list list = { (struct cached_run *)(uintptr_t)runs, count, count };
	struct cached_tally tally = { 0 };

	cached_tally__count(&tally, &list, first * PAGE, last * PAGE, PAGE);
	return tally;
}

static void whole_runs(void **state)
{
	const struct cached_run runs[] = {
		{ 10 * PAGE, 20 * PAGE, 7, 3, 2, CACHED_KNOWN, true, true },
		{ 30 * PAGE, 50 * PAGE, 11, 0, 0, CACHED_KNOWN, false, true },
	};
	struct cached_tally tally = tally_of(runs, 2, 0, 100);

	(void)state;
	assert_int_equal(tally.pages, 30);
	assert_int_equal(tally.cached, 18);
	assert_int_equal(tally.dirty, 3);
	assert_int_equal(tally.swapped, 2);
	assert_true(cached_tally__known(&tally));
	assert_false(cached_tally__dirty_known(&tally));
	assert_true(cached_tally__swapped_known(&tally));
	tally = tally_of(runs, 2, 20, 30);
	assert_int_equal(tally.pages, 0);
	assert_false(cached_tally__known(&tally));
	assert_null(cached_tally__unknown_word(&tally));
}

/* Of a part it is known what all pages of the run have, or none. */
static void parts_of_runs(void **state)
{
	const struct cached_run runs[] = {
		{ 0, 10 * PAGE, 10, 0, 0, CACHED_KNOWN, true, true },
		{ 10 * PAGE, 20 * PAGE, 9, 1, 0, CACHED_KNOWN, true, true },
	};
	struct cached_tally tally = tally_of(runs, 2, 3, 10);

	(void)state;
	assert_int_equal(tally.pages, 7);
	assert_int_equal(tally.cached, 7);
	assert_true(cached_tally__dirty_known(&tally));
	tally = tally_of(runs, 2, 3, 11);
	assert_int_equal(tally.pages, 8);
	assert_false(cached_tally__known(&tally));
	assert_string_equal(cached_tally__unknown_word(&tally), "apart");
	assert_true(cached_tally__swapped_known(&tally));
}

static void unknown_runs(void **state)
{
	const struct cached_run runs[] = {
		{ 0, 10 * PAGE, 10, 0, 0, CACHED_KNOWN, true, true },
		{ 10 * PAGE, 20 * PAGE, 0, 0, 0, CACHED_HIDDEN, false, false },
	};
	struct cached_tally tally = tally_of(runs, 2, 0, 11), sum = { 0 };

	(void)state;
	assert_string_equal(cached_tally__unknown_word(&tally), "hidden");
	assert_non_null(cached_tally__unknown_reason(&tally));
	assert_false(cached_tally__swapped_known(&tally));
	cached_tally__add(&sum, &tally);
	tally = tally_of(runs, 2, 0, 10);
	cached_tally__add(&sum, &tally);
	assert_int_equal(sum.pages, 21);
	assert_false(cached_tally__known(&sum));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_runs),
		cmocka_unit_test(parts_of_runs),
		cmocka_unit_test(unknown_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
