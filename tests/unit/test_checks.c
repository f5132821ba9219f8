/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A checkpoint in a loop: what is kept is what a verdict or a later growth can still speak of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/expect/checks.h"
#include "model/moment_lists.h"

#define PAGE 4096u
#define ROUNDS 3000u
#define PIDS 7u

#define PAGES 1009u

/* A process of one mapping, with that many of its pages there. */
static struct moment *moment_of(uint32_t pid, uint64_t resident)
{
	static struct moment moment;
	struct vma vma = { .end = PAGES * PAGE, .path = (char *)"" };
	struct page_run run = { .end = resident * PAGE, .state = PAGE_ANON };
	const struct process_lists lists = { .vmas = { &vma, 1, 1 },
					     .runs = { &run, resident > 0, 1 } };
	struct process_moment *process = calloc(1, sizeof(*process));

	assert_non_null(process);
	process->header.facts.pid = pid;
	assert_int_equal(process_moment__keep(process, &lists), 0);
	moment = (struct moment){ .header = { .complete = true }, .processes = process };
	moment.header.environment.page_bytes = PAGE;
	moment.process_count = 1;
	return &moment;
}

static void add_check(struct checks *checks, const char *text)
{
	struct expect_error error;

	assert_int_equal(checks__add(checks, text, "-e", &error), 0);
}

static void a_loop_keeps_what_is_needed(void **state)
{
	struct checks checks = { .status = -1, .expected_status = -1 };
	uint32_t round;

	(void)state;
	add_check(&checks, "at \"loop\": process: resident < 1000");
	add_check(&checks, "at \"loop\": since \"start\": process: resident <= +50");
	for (round = 0; round < ROUNDS; round++) {
		uint32_t pid = 1 + round % PIDS;

		assert_int_equal(checks__judge(&checks, "start", moment_of(pid, round % 101)), 0);
		assert_int_equal(checks__judge(&checks, "loop", moment_of(pid, round % 101 + 50)),
				 0);
		/* A start of each process, and a moment that each expectation speaks of. */
		assert_true(checks.moment_count <= PIDS + 2);
	}
	assert_int_equal(checks.items[0].times, ROUNDS);
	assert_int_equal(checks__verdict(&checks), EXPECT_HOLDS);
	checks__deinit(&checks);
}

/* Of two moments that are kept the second has only what is new in it. */
static void what_is_kept_is_shared(void **state)
{
	struct checks checks = { .status = -1, .expected_status = -1 };
	const struct process_moment *processes[3];
	uint32_t i;

	(void)state;
	add_check(&checks, "at \"end\": since \"start\": process: resident <= +50");
	assert_int_equal(checks__judge(&checks, "start", moment_of(1, 100)), 0);
	assert_int_equal(checks__judge(&checks, "start", moment_of(2, 100)), 0);
	assert_int_equal(checks__judge(&checks, "end", moment_of(1, 101)), 0);
	assert_int_equal(checks.moment_count, 3);
	for (i = 0; i < 3; i++)
		processes[i] = &checks.moments[i]->facts.processes[0];
	assert_ptr_equal(processes[2]->lists[MOMENT_VMAS], processes[0]->lists[MOMENT_VMAS]);
	assert_ptr_not_equal(processes[2]->lists[MOMENT_RUNS], processes[0]->lists[MOMENT_RUNS]);
	assert_ptr_not_equal(processes[1]->lists[MOMENT_VMAS], processes[0]->lists[MOMENT_VMAS]);
	checks__deinit(&checks);
}

/* Growth is since the last visit, and what failed once stays, with its moment. */
static void growth_since_the_last_visit(void **state)
{
	struct checks checks = { .status = -1, .expected_status = -1 };

	(void)state;
	add_check(&checks, "at \"end\": since \"start\": process: resident <= +4");
	assert_int_equal(checks__judge(&checks, "start", moment_of(1, 10)), 0);
	assert_int_equal(checks__judge(&checks, "start", moment_of(2, 500)), 0);
	assert_int_equal(checks__judge(&checks, "start", moment_of(1, 20)), 0);
	assert_int_equal(checks__judge(&checks, "end", moment_of(1, 24)), 0);
	assert_int_equal(checks.items[0].result.verdict, EXPECT_HOLDS);
	assert_int_equal(checks__judge(&checks, "end", moment_of(2, 505)), 0);
	assert_int_equal(checks.items[0].result.verdict, EXPECT_FAILS);
	assert_int_equal(checks__judge(&checks, "end", moment_of(1, 20)), 0);
	assert_int_equal(checks.items[0].result.verdict, EXPECT_FAILS);
	assert_int_equal(checks.items[0].result.findings[0].process->header.facts.pid, 2);
	assert_int_equal(checks.items[0].result.findings[0].measures[0].before, 500);
	/* Nobody can tell of a process that never came to the start. */
	assert_int_equal(checks__judge(&checks, "end", moment_of(3, 20)), 0);
	assert_int_equal(checks.moment_count, 3);
	checks__deinit(&checks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_keeps_what_is_needed),
		cmocka_unit_test(growth_since_the_last_visit),
		cmocka_unit_test(what_is_kept_is_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
