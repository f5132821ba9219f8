/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/freeze.h"

#include <errno.h>
#include <time.h>

#include "control/clock.h"

#define POLL_NS 20000

static int freeze_wait(struct tracer *tracer, pid_t pid, uint64_t deadline_ns)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	int err = 0;

	/* The tracer may forget the process, because it may end meanwhile. */
	while (!err && !tracer__is_still(tracer, pid)) {
		if (clock_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
		err = tracer__reap(tracer);
	}
	return err;
}

int freeze_begin(struct tracer *tracer, const struct proc *proc, const char **why)
{
	uint64_t deadline_ns = clock_now_ns() + CONTROL_STOP_NS;
	pid_t pid = (pid_t)proc__pid(proc), failed;
	const struct process *process;
	size_t count = 0, before;
	int err;

	err = tracer__reap(tracer);
	process = tracer__process(tracer, pid);
	/* An earlier freeze_end released it, but one of its threads has not stopped since. */
	if (!err && process && process->leaving)
		err = -ETIMEDOUT;
	/* Once a round finds no new thread, all threads that could create one have stopped. */
	do {
		before = count;
		if (!err)
			err = tracer__attach(tracer, proc, &failed);
		count = tracer__threads(tracer, pid);
		if (!err)
			tracer__freeze(tracer, pid);
		if (!err)
			err = freeze_wait(tracer, pid, deadline_ns);
	} while (!err && count != before);
	if (err == -ETIMEDOUT)
		*why = "one of its threads sleeps and cannot be woken";
	else if (err == -EPERM)
		*why = "another debugger holds it";
	return err;
}

void freeze_end(struct tracer *tracer, pid_t pid)
{
	const struct process *process = tracer__process(tracer, pid);

	if (process && process->stays_traced)
		tracer__thaw(tracer, pid);
	else
		tracer__leave(tracer, pid);
	tracer__reap(tracer);
}
