/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The way out: every thread that is traced runs on as if it had never been. Dying would do for
 * most, but a stop for our own signal that nobody has waited for would then be delivered.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "engine/priv.h"

/* One that sleeps where nothing wakes it (vfork, a disk) has no signal of ours on its way. */
#define LEAVE_NS 500000000u
#define POLL_NS 20000
#define PEEK_AT_ONCE 32

/* Sent to the thread itself, not yet taken by it. It stands still. */
static bool our_signal_is_pending(pid_t tid)
{
	struct __ptrace_peeksiginfo_args args = { .nr = PEEK_AT_ONCE };
	siginfo_t infos[PEEK_AT_ONCE];
	long got, i;

	while ((got = ptrace(PTRACE_PEEKSIGINFO, tid, &args, infos)) > 0) {
		for (i = 0; i < got; i++) {
			if (infos[i].si_signo == SIGSTOP && infos[i].si_code == SI_KERNEL)
				return true;
		}
		args.off += (uint64_t)got;
	}
	return false;
}

/* The signal that a thread stopped for, but for our own. */
static int signal_of_stop(pid_t tid, int status)
{
	int number = WSTOPSIG(status);

	if (status >> 16)
		return 0;
	return number == SIGSTOP && tracer_is_our_signal(tid) ? 0 : number;
}

/* The thread stands still, to run on with number; with a signal of ours pending only to that. */
static void let_go(struct engine *engine, pid_t tid, int number)
{
	struct tracee *tracee = tracer_find_tracee(&engine->tracer, tid);

	if (our_signal_is_pending(tid)) {
		ptrace(PTRACE_CONT, tid, NULL, (void *)(long)number);
		tracee->stopped = false;
		return;
	}
	ptrace(PTRACE_DETACH, tid, NULL, (void *)(long)number);
	*tracee = engine->tracer.tracees[--engine->tracer.tracee_count];
}

static void leave_stopped(struct engine *engine)
{
	struct tracer *tracer = &engine->tracer;
	size_t i = 0;

	while (i < tracer->tracee_count) {
		const struct tracee *tracee = &tracer->tracees[i];
		size_t count = tracer->tracee_count;

		if (tracee->stopped)
			let_go(engine, tracee->tid, tracee->resume_signal);
		else
			ptrace(PTRACE_INTERRUPT, tracee->tid, NULL, NULL);
		i += tracer->tracee_count == count;
	}
}

static void on_leaving_stop(struct engine *engine, pid_t tid, int status)
{
	struct tracee *tracee;
	unsigned long child;
	int event = status >> 16;

	if (!WIFSTOPPED(status)) {
		tracer_remove(engine, tid);
		if (tid == engine->launched) {
			engine->launched_reaped = true;
			engine->wait_status = status;
		}
		return;
	}
	/* Born traced, and standing still: its own stop may be still to come. */
	if ((event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
	     event == PTRACE_EVENT_VFORK) &&
	    !ptrace(PTRACE_GETEVENTMSG, tid, NULL, &child))
		tracer_add_tracee(&engine->tracer, (pid_t)child);
	tracee = tracer_add_tracee(&engine->tracer, tid);
	if (tracee)
		let_go(engine, tid, signal_of_stop(tid, status));
}

void tracer_leave(struct engine *engine)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	uint64_t deadline_ns = engine_now_ns() + LEAVE_NS;
	struct tracer *tracer = &engine->tracer;
	size_t i;
	int status;
	pid_t tid;

	for (i = 0; i < tracer->process_count; i++)
		stop_point_disarm(engine, &tracer->processes[i]);
	leave_stopped(engine);
	while (tracer->tracee_count && engine_now_ns() < deadline_ns) {
		tid = waitpid(-1, &status, __WALL | WNOHANG);
		if (tid > 0)
			on_leaving_stop(engine, tid, status);
		else if (tid < 0)
			return;
		else
			nanosleep(&pause, NULL);
	}
}
