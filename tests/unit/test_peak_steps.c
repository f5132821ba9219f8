/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* When a peak of RSS is worth a moment: both limits of a step, and the rest after a moment. */
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
	assert_false(peak_steps__due(&steps, STEP - 1, 1));
	assert_true(peak_steps__due(&steps, STEP, 1));
	peak_steps__took(&steps, STEP, 1, 1);
	assert_false(peak_steps__due(&steps, STEP, 1));
	assert_false(peak_steps__due(&steps, 2 * STEP - 1, 1));
	assert_true(peak_steps__due(&steps, 2 * STEP, 1));
	assert_false(peak_steps__due(&steps, 0, 1));
}

/* From 320 MiB on a twentieth is more. */
static void and_a_twentieth(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t last = 100 * STEP;

	(void)state;
	peak_steps__took(&steps, last, 1, 1);
	assert_false(peak_steps__due(&steps, last + last / 20 - 1, 1));
	assert_true(peak_steps__due(&steps, last + last / 20, 1));
	peak_steps__took(&steps, 3 * STEP, 1, 1);
	assert_false(peak_steps__due(&steps, last + last / 20 - 1, 1));
}

static void a_moment_has_its_price(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };

	(void)state;
	peak_steps__took(&steps, 0, 1000, 1400);
	assert_false(peak_steps__due(&steps, STEP, 5399));
	assert_true(peak_steps__due(&steps, STEP, 5400));
}

/* A large array that comes in the rest is not missed. */
static void half_as_much_again_needs_no_rest(void **state)
{
	struct peak_steps steps = { .page_bytes = PAGE };
	uint64_t last = 100 * STEP;

	(void)state;
	peak_steps__took(&steps, last, 1000, 1400);
	assert_false(peak_steps__due(&steps, last + last / 2 - 1, 5399));
	assert_true(peak_steps__due(&steps, last + last / 2, 1400));
	/* Of little memory a half is no step. */
	steps.last_pages = STEP;
	assert_false(peak_steps__due(&steps, 2 * STEP - 1, 1400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_16_mib),
		cmocka_unit_test(and_a_twentieth),
		cmocka_unit_test(a_moment_has_its_price),
		cmocka_unit_test(half_as_much_again_needs_no_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
