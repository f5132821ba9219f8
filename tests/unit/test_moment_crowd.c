/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a moment of many processes takes, and the same process in several moments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/counted.h"
#include "model/moment_lists.h"
#include "model/moment_sum.h"
#include "sample_moment.h"

#define CROWD 1000u

/* Children of one program, each with something to say. */
static void a_crowd_costs_little(void **state)
{
	const char *exe = NULL;
	struct moment moments[2] = { { .process_count = 0 } };
	struct moment_sum sum = { 0 };
	uint64_t before;
	uint32_t i, at;

	(void)state;
	assert_int_equal(counted__set_text(&exe, "/usr/bin/python3.11"), 0);
	for (i = 0; i < 2; i++) {
		struct moment *moment = &moments[i];

		moment->processes = calloc(CROWD, sizeof(*moment->processes));
		assert_non_null(moment->processes);
		for (; moment->process_count < CROWD; moment->process_count++) {
			struct process_moment *process = &moment->processes[moment->process_count];

			process->header.exe = counted__hold(exe);
			process_moment__miss_names(process, "it does not run Python");
		}
		assert_int_equal(moment__share(moment, i ? &moments[0] : NULL), 0);
		before = sum.bytes;
		moment_sum__add(&sum, moment);
		assert_true(sum.bytes - before < CROWD * 600);
	}
	assert_int_equal(sum.bytes, moment__bytes(&moments[0]) + moment__bytes(&moments[1]) -
					    counted__bytes(exe));
	counted__drop(exe);
	for (i = 0; i < 2; i++) {
		moment_sum__take(&sum, &moments[i]);
		for (at = 0; at < CROWD; at++)
			assert_string_equal(moments[i].processes[at].header.exe,
					    "/usr/bin/python3.11");
		moment__deinit(&moments[i]);
	}
	assert_int_equal(sum.bytes, 0);
}

/* The row of a process that stands still is the one before, and stays when that one goes. */
static void a_copy_is_the_same(void **state)
{
	struct process_moment *was, copy = { 0 };
	struct process_lists lists, copied;
	struct moment moment;

	(void)state;
	sample_moment(&moment);
	was = &moment.processes[0];
	process_moment__miss_names(was, "3 arrays");
	assert_int_equal(process_moment__share(was, NULL), 0);
	assert_int_equal(process_moment__copy(was, &copy), 0);
	assert_true(process_moment__same_lists(was, &copy));
	assert_int_equal(process_lists__of(was, &lists), 0);
	assert_int_equal(process_lists__of(&copy, &copied), 0);
	assert_string_equal(copy.header.names_missing.text, was->header.names_missing.text);
	assert_int_equal(copy.header.symbol_misses.count, was->header.symbol_misses.count);
	assert_true(lists.arrays.count && lists.arrays.count == copied.arrays.count);
	assert_string_equal(lists.arrays.arrays[0].name, copied.arrays.arrays[0].name);
	assert_int_equal(page_runs__differ(&lists.runs, &copied.runs), 0);
	/* Ended lives belong to the moment that was told of them. */
	assert_int_equal(copy.header.retired_count, 0);
	assert_null(copy.header.retired);
	process_lists__deinit(&lists);
	moment__deinit(&moment);
	assert_string_equal(copied.arrays.arrays[0].name, "__main__.m['\\xff']");
	process_lists__deinit(&copied);
	process_moment__deinit(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_the_same),
		cmocka_unit_test(a_crowd_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
