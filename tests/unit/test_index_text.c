/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges as words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/index/index_set.h"

static struct index_span spans[] = {
	{ 0, 13, 1, 1 },    { 0, 1009, 1, 1 },	  { 5, 7, 1, 1 },     { 9, 10, 1, 1 },
	{ 0, 1009, 1, 1 },  { 0, 1009, 3, 1 },	  { 4, 1008, 17, 1 }, { 4, 974, 17, 1 },
	{ 2, 1000, 10, 4 }, { 100, 900, 200, 7 }, { 2, 1000, 10, 4 }, { 0, 1009, 1, 1 },
};

static void expect(const char *name, uint32_t ndim, uint32_t first, uint32_t ranges,
		   uint64_t all_ranges, const char *text)
{
	int64_t dims[8] = { 1009, 1009, 1009, 1009 };
	struct array_shape shape = { .ndim = ndim, .dims = dims };
	struct array_desc desc = { .name = (char *)name, .shape = &shape };
	struct index_set set = { true, 1, all_ranges, ranges, ndim, spans + first };
	char *got = index_set_text(&set, &desc, 4);

	assert_string_equal(got, text);
	free(got);
}

static void spelled_as_python_does(void **state)
{
	(void)state;
	expect("__main__.x", 2, 0, 1, 1, "x[0:13, :]");
	expect("__main__.x", 1, 2, 2, 2, "x[5:7], x[9]");
	expect("m.d['w']", 2, 4, 1, 1, "m.d['w'][:, ::3]");
	expect("x", 1, 6, 2, 14, "x[4::17], x[4:974:17] and 12 more ranges");
	expect("x", 2, 8, 1, 2,
	       "x[i:i+4, j:j+7] for i in range(2, 1000, 10) for j in range(100, 900, 200) "
	       "and 1 more range");
	expect("x", 2, 10, 1, 1, "x[i:i+4, :] for i in range(2, 1000, 10)");
	expect("x", 1, 1, 1, 1, "x[:]");
	expect("x", 0, 0, 1, 1, "x[()]");
	expect("x", 0, 0, 0, 0, "none");
	/* No name that Python knows, or a long one, is not repeated. */
	expect("<unnamed>", 2, 0, 1, 1, "[0:13, :]");
	expect("__main__.solve():u", 2, 0, 1, 1, "[0:13, :]");
	expect("a_name_of_more_than_thirty_two_bytes", 2, 0, 1, 1, "[0:13, :]");
}

static void many_dimensions(void **state)
{
	int64_t dims[] = { 50, 1009, 1009, 1009, 1009, 0, 0, 0, 0, 0 };
	struct index_span five[] = {
		{ 3, 4, 1, 1 },	   { 0, 1009, 1, 1 }, { 0, 1009, 1, 1 },
		{ 0, 1009, 1, 1 }, { 0, 1009, 1, 1 },
	};
	struct array_shape shape = { .ndim = 5, .dims = dims };
	struct array_desc desc = { .name = (char *)"x", .shape = &shape };
	struct index_set set = { true, 1, 1, 1, 5, five };
	char *text = index_range_text(&set, &desc, 0);

	(void)state;
	assert_string_equal(text, "x[3, ...]");
	free(text);
	five[3].stop = 8;
	text = index_range_text(&set, &desc, 0);
	assert_string_equal(text, "x[3, :, :, 0:8, :]");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spelled_as_python_does),
		cmocka_unit_test(many_dimensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
