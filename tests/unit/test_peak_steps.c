/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* When a peak of RSS is worth a moment: a step, where it stands still, and the rest after a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/peak_steps.h"

#define PAGE 4096u
#define STEP (PEAK_STEP_BYTES / PAGE)

static void a_step_is_16_mib(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };

	(void)state;
	assert_false(peak_steps__poll(&steps, STEP - 1, 1));
	assert_true(peak_steps__poll(&steps, STEP, 1));
	peak_steps__took(&steps, STEP, 1, 1);
	assert_false(peak_steps__poll(&steps, STEP, 1));
	assert_false(peak_steps__poll(&steps, 2 * STEP - 1, 1));
	assert_true(peak_steps__poll(&steps, 2 * STEP, 1));
	assert_false(peak_steps__poll(&steps, 0, 1));
}

/* From 320 MiB on a twentieth is more. */
static void and_a_twentieth(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t last = 100 * STEP;

	(void)state;
	peak_steps__took(&steps, last, 1, 1);
	assert_false(peak_steps__poll(&steps, last + last / 20 - 1, 1));
	assert_true(peak_steps__poll(&steps, last + last / 20, 1));
	peak_steps__took(&steps, 3 * STEP, 1, 1);
	assert_false(peak_steps__poll(&steps, last + last / 20 - 1, 1));
}

static void a_moment_has_its_price(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };

	(void)state;
	peak_steps__took(&steps, 0, 1000, 1400);
	assert_false(peak_steps__poll(&steps, STEP, 5399));
	assert_true(peak_steps__poll(&steps, STEP, 5400));
}

/* A large array that comes in the rest is not missed. */
static void half_as_much_again_needs_little_rest(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t last = 100 * STEP;

	(void)state;
	peak_steps__took(&steps, last, 1000, 1400);
	assert_false(peak_steps__poll(&steps, last + last / 2 - 1, 5399));
	assert_false(peak_steps__poll(&steps, last + last / 2, 2599));
	assert_true(peak_steps__poll(&steps, last + last / 2, 2600));
	/* Of little memory a half is no step. */
	steps.last_pages = STEP;
	assert_false(peak_steps__poll(&steps, 2 * STEP - 1, 2600));
}

/* However slow the moments are. */
static void a_tenth_of_a_second_at_most(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t last = 100 * STEP, end = 2000000000;

	(void)state;
	peak_steps__took(&steps, last, 0, end);
	assert_false(peak_steps__poll(&steps, last + last / 2, end + 99999999));
	assert_true(peak_steps__poll(&steps, last + last / 2, end + 100000000));
}

#define MORE (PEAK_STILL_BYTES / PAGE)

/* A step in the middle of a ramp, and then its end. */
static void the_end_of_a_ramp(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t rss = STEP;

	(void)state;
	assert_true(peak_steps__poll(&steps, rss, 1));
	/* It goes on while the moment is taken. */
	peak_steps__took(&steps, rss + 1, 1, 1);
	for (; rss + MORE < 2 * STEP; rss += MORE)
		assert_false(peak_steps__poll(&steps, rss + MORE, 1));
	assert_false(peak_steps__poll(&steps, rss, 1));
	assert_true(peak_steps__poll(&steps, rss + MORE - 1, 1));
	peak_steps__took(&steps, rss + MORE - 1, 1, 1);
	assert_false(peak_steps__poll(&steps, rss + MORE - 1, 1));
	assert_false(peak_steps__poll(&steps, rss + MORE - 1, 1));
}

/* Another MiB that comes page by page is at its end each time that it stands. */
static void slow_growth(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t rss, moments = 0;

	(void)state;
	peak_steps__took(&steps, STEP, 1, 1);
	for (rss = STEP; rss < STEP + 10 * MORE; rss++) {
		if (!peak_steps__poll(&steps, rss, 1))
			continue;
		peak_steps__took(&steps, rss, 1, 1);
		moments++;
	}
	assert_in_range(moments, 8, 9);
}

static void what_stands_still_is_no_news(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	int i;

	(void)state;
	/* Less than a step in all. */
	for (i = 0; i < 9; i++)
		assert_false(peak_steps__poll(&steps, STEP - 1, 1));
	/* VmRSS lags: a moment saw more, or less, than polls do. */
	peak_steps__took(&steps, 3 * STEP, 1, 1);
	for (i = 0; i < 9; i++)
		assert_false(peak_steps__poll(&steps, 3 * STEP + MORE - 1, 1));
	steps = (struct peak_steps){ .page_bytes = PAGE };
	assert_true(peak_steps__poll(&steps, 3 * STEP, 1));
	peak_steps__took(&steps, 2 * STEP + 1, 1, 1);
	for (i = 0; i < 9; i++)
		assert_false(peak_steps__poll(&steps, 3 * STEP, 1));
}

/* A hundredth of the time, but steps need not wait for it. */
static void its_price(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t rss = STEP + MORE;
	int i;

	(void)state;
	peak_steps__took(&steps, STEP, 1, 1);
	for (i = 0; i < 2; i++)
		assert_false(peak_steps__poll(&steps, rss, 1));
	assert_true(peak_steps__poll(&steps, rss, 1));
	peak_steps__took(&steps, rss, 1000, 1400);
	for (i = 0; i < 9; i++)
		assert_false(peak_steps__poll(&steps, rss + MORE, 1400 + 40000 - 1));
	assert_true(peak_steps__poll(&steps, rss + MORE, 1400 + 40000));
	assert_true(peak_steps__poll(&steps, rss + STEP, 1400 + 4000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_16_mib),
		cmocka_unit_test(and_a_twentieth),
		cmocka_unit_test(a_moment_has_its_price),
		cmocka_unit_test(half_as_much_again_needs_little_rest),
		cmocka_unit_test(a_tenth_of_a_second_at_most),
		cmocka_unit_test(the_end_of_a_ramp),
		cmocka_unit_test(slow_growth),
		cmocka_unit_test(what_stands_still_is_no_news),
		cmocka_unit_test(its_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
