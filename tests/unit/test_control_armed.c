/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The breakpoints of a guardian that was killed: those that were not recorded are counted. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/armed.h"

#define NO_PID (1 << 23) /* and above: larger than any pid */

static pid_t wait_for_a_signal(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (!pid)
		pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* At the limit each process is known: that of another pid has no breakpoint. Above, nobody knows. */
static void left_out_ones_are_counted(void **state)
{
	const struct breakpoint breakpoint = { .address = 8, .inserted = true };
	pid_t child = wait_for_a_signal();
	struct procfs *procfs = NULL;
	struct armed *armed = NULL;
	size_t unknown;
	int err, i;

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(armed__new(&armed), 0);
	for (i = 0; i < ARMED_MAX; i++)
		armed__note(armed, NO_PID + i, &breakpoint);
	assert_int_equal(armed__take_out(armed, procfs, &unknown, &err), 0);
	assert_int_equal(err, 0);
	assert_int_equal(unknown, 0);
	armed__note(armed, child, &breakpoint);
	assert_int_equal(armed__take_out(armed, procfs, &unknown, &err), 0);
	assert_int_equal(err, 0);
	assert_int_equal(unknown, 1);
	/* One that has ended makes room. */
	armed__forget(armed, NO_PID + 7);
	armed__note(armed, child, &breakpoint);
	assert_int_equal(armed__take_out(armed, procfs, &unknown, &err), 0);
	assert_int_equal(unknown, 0);
	armed__free(armed);
	procfs__close(procfs);
	end(child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_out_ones_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
