/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of limits, and how a test lowers one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/test_point.h"
#include "collect/kernel/kernel_limits.h"

static void lower(const char *name, const char *value)
{
	char text[64];

	snprintf(text, sizeof(text), "nothing=7,%s=%s,%s2=1", name, value, name);
	setenv("PAGEWATCH_TEST_LIMITS", text, 1);
	test_point_init();
	assert_null(getenv("PAGEWATCH_TEST_LIMITS"));
}

static void test_each_alone(void **unused)
{
	uint32_t standard[PW_LIMITS];
	unsigned int i, other;

	(void)unused;
	test_point_init();
	for (i = 0; i < PW_LIMITS; i++) {
		standard[i] = kernel_limit(i);
		assert_true(standard[i] > 1);
	}
	for (i = 0; i < PW_LIMITS; i++) {
		lower(kernel_limit_name(i), "1");
		for (other = 0; other < PW_LIMITS; other++)
			assert_int_equal(kernel_limit(other), other == i ? 1 : standard[other]);
	}
}

/* A place is found by masks, and arrays have room for the standard. */
static void test_never_higher(void **unused)
{
	(void)unused;
	test_point_init();
	assert_int_equal(kernel_limit(PW_LIMIT_UNCLOSED_RANGES), PW_UNCLOSED_RANGES);
	assert_int_equal(PW_UNCLOSED_RANGES & (PW_UNCLOSED_RANGES - 1), 0);
	lower("hole_ranges", "65");
	assert_int_equal(kernel_limit(PW_LIMIT_HOLE_RANGES), PW_MAX_HOLE_RANGES);
	lower("hole_ranges", "0");
	assert_int_equal(kernel_limit(PW_LIMIT_HOLE_RANGES), PW_MAX_HOLE_RANGES);
	lower("hole_ranges", "x");
	assert_int_equal(kernel_limit(PW_LIMIT_HOLE_RANGES), PW_MAX_HOLE_RANGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_alone),
		cmocka_unit_test(test_never_higher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
