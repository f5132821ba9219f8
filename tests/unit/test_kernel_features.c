// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* The table of features: each is switched off alone, and says what that costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/test_point.h"
#include "collect/kernel/kernel_features.h"

static void hide(const char *names)
{
	setenv("PAGEWATCH_TEST_HIDES", names, 1);
	test_point_init();
}

static bool lacks_none(void *ctx, const struct kernel_feature_row *row)
{
	(void)ctx;
	(void)row;
	return false;
}

static bool lacks_one(void *ctx, const struct kernel_feature_row *row)
{
	return !strcmp(ctx, row->name);
}

static void test_rows(void **unused)
{
	unsigned int i, other;

	(void)unused;
	for (i = 0; i < KERNEL_FEATURES; i++) {
		const struct kernel_feature_row *row = kernel_feature(i);

		assert_non_null(row->name);
		assert_non_null(row->needed_for);
		assert_non_null(row->without);
		assert_int_equal(row->need == NEEDS_CALL, i >= FEATURE_CALLS);
		assert_true(row->need == NEEDS_TRACEPOINT || row->id >= 0);
		for (other = 0; other < i; other++) {
			assert_string_not_equal(row->name, kernel_feature(other)->name);
			assert_string_not_equal(row->without, kernel_feature(other)->without);
		}
	}
}

/* By the kernel and by a test: the one bit, the one sentence. */
static void test_each_alone(void **unused)
{
	const char *said[KERNEL_FEATURES];
	unsigned int i;

	(void)unused;
	for (i = 0; i < KERNEL_FEATURES; i++) {
		const struct kernel_feature_row *row = kernel_feature(i);
		struct kernel_features missing =
			kernel_features__find(lacks_one, (void *)row->name);

		assert_int_equal(missing.bits, 1u << i);
		hide(row->name);
		missing = kernel_features__find(lacks_none, NULL);
		hide("");
		assert_int_equal(missing.bits, 1u << i);
		assert_true(kernel_features__has(&missing, i));
		assert_int_equal(kernel_features__calls(&missing), i >= FEATURE_CALLS);
		assert_int_equal(kernel_features__say(&missing, true, true, said), 1);
		assert_ptr_equal(said[0], row->without);
		assert_int_equal(kernel_features__say(&missing, false, true, said),
				 !row->of_children);
		assert_int_equal(kernel_features__say(&missing, true, false, said), !row->of_heap);
	}
}

static void test_all_and_none(void **unused)
{
	struct kernel_features missing = kernel_features__find(lacks_none, NULL);
	const char *said[KERNEL_FEATURES];

	(void)unused;
	assert_int_equal(missing.bits, 0);
	assert_int_equal(kernel_features__say(&missing, true, true, said), 0);
	missing.bits = (1u << KERNEL_FEATURES) - 1;
	assert_int_equal(kernel_features__calls(&missing), PW_CALLS);
	assert_int_equal(kernel_features__say(&missing, true, true, said), KERNEL_FEATURES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_each_alone),
		cmocka_unit_test(test_all_and_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
