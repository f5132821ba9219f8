/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What telling elements may cost: a diff of many processes takes no longer than one of a few. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/diff/diff.h"
#include "model/moment_lists.h"

#define PAGE 64ull
#define BASE (1ull << 32)

static struct moment moment_for(size_t processes)
{
	struct moment moment = { 0 };

	moment.header.environment.page_bytes = PAGE;
	moment.header.environment.pmd_bytes = 512 * PAGE;
	moment.header.complete = true;
	moment.processes = calloc(processes, sizeof(*moment.processes));
	assert_non_null(moment.processes);
	return moment;
}

/* Each row lies on half of all pages: some 2^18 steps lead to its elements. */
#define WOVEN 2048
#define WOVEN_PAGES ((12u * WOVEN) / PAGE)

static void add_woven(struct moment *moment, uint32_t pid, bool resident)
{
	int64_t dims[4] = { WOVEN, WOVEN, 8, 4 };
	struct array_shape shape = {
		.data = BASE, .nbytes = WOVEN * WOVEN, .ndim = 2, .dims = dims, .dtype = "int8"
	};
	struct vma vma = {
		.start = BASE, .end = BASE + WOVEN_PAGES * PAGE, .readable = true, .path = ""
	};
	struct array_desc desc = { .id = 1,
				   .source = ARRAY_MARK,
				   .name = "woven",
				   .start = BASE,
				   .end = BASE + 12 * (WOVEN - 1) + 1,
				   .shape = &shape };
	struct page_run runs[WOVEN_PAGES / 2];
	struct process_lists lists = { .vmas = { &vma, 1, 1 },
				       .runs = { runs, 0, WOVEN_PAGES / 2 },
				       .arrays = { &desc, 1, 1 } };
	struct process_moment *process = &moment->processes[moment->process_count++];
	uint64_t at = BASE;

	memset(process, 0, sizeof(*process));
	process->header.facts.pid = pid;
	process->header.complete = true;
	for (; resident && lists.runs.count < WOVEN_PAGES / 2; at += 2 * PAGE)
		runs[lists.runs.count++] = (struct page_run){ at, at + PAGE, PAGE_ANON, false };
	assert_int_equal(process_moment__keep(process, &lists), 0);
}

/* How many processes have the elements of their array told. */
static size_t told_of(uint32_t processes)
{
	struct moment moments[2] = { moment_for(processes), moment_for(processes) };
	const struct view all = { 0 };
	struct diff diff;
	size_t told = 0, i;
	uint32_t pid;

	for (pid = 1; pid <= processes; pid++) {
		add_woven(&moments[0], pid, false);
		add_woven(&moments[1], pid, true);
	}
	assert_int_equal(diff__of(&moments[0], &moments[1], &all, &diff), 0);
	assert_int_equal(diff.process_count, processes);
	for (i = 0; i < processes; i++) {
		assert_int_equal(diff.processes[i].row_count, 1);
		told += diff.processes[i].rows[0].elements[CHANGE_RESIDENT].told;
	}
	diff__deinit(&diff);
	moment__deinit(&moments[0]);
	moment__deinit(&moments[1]);
	return told;
}

/* Each has the same share: alone and among a few it is enough. */
static void many_processes(void **state)
{
	(void)state;
	assert_int_equal(told_of(1), 1);
	assert_int_equal(told_of(9), 9);
	assert_int_equal(told_of(211), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
