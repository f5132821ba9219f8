/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * ptrace, only ever by PTRACE_SEIZE: when pagewatch dies the kernel lets every
 * tracee run on (ptrace(2)), and a stop that we asked for dies with us.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "base/test_point.h"
#include "engine/priv.h"

int tracer_seize(struct engine *engine, pid_t pid)
{
	long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE;
	struct tracee *tracee = tracer_add_tracee(&engine->tracer, pid);
	struct traced *process = tracer_add_process(&engine->tracer, pid);
	int err = 0;

	if (!tracee || !process)
		return -ENOMEM;
	tracee->pid = pid;
	tracee->fresh = false;
	/* A child that is not followed must lose the breakpoint that it was born with. */
	if (engine->options.follow_children || !engine->faults)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options)) {
		err = -errno;
		tracer_remove(engine, pid);
	}
	return err;
}

/* Stops what still runs of the process; its stops come in through tracer_reap. */
void tracer_hold(struct engine *engine, struct traced *process, bool in_time)
{
	struct tracer *tracer = &engine->tracer;
	size_t i;

	process->holding = true;
	process->in_time = in_time;
	for (i = 0; i < tracer->tracee_count; i++) {
		struct tracee *tracee = &tracer->tracees[i];

		if (tracee->pid == process->pid && !tracee->stopped)
			ptrace(PTRACE_INTERRUPT, tracee->tid, NULL, NULL);
	}
}

static bool last_of_process(const struct tracer *tracer, const struct tracee *last)
{
	size_t i;

	for (i = 0; i < tracer->tracee_count; i++) {
		const struct tracee *tracee = &tracer->tracees[i];

		if (tracee != last && tracee->pid == last->pid && !tracee->exiting)
			return false;
	}
	return true;
}

static void on_exit_event(struct engine *engine, struct tracee *tracee)
{
	struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);

	tracee->exiting = true;
	if (process && !process->borrows && process->phase != STOP_DONE &&
	    last_of_process(&engine->tracer, tracee))
		tracer_hold(engine, process, false);
	else
		tracer_go_on(engine, tracee, 0);
}

/* Only the thread that called exec is left, under the process's own id. */
static void on_exec_event(struct engine *engine, struct tracee *tracee)
{
	struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);
	struct tracer *tracer = &engine->tracer;
	pid_t leader = tracee->tid;
	size_t i, kept = 0;

	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid != leader || tracer->tracees[i].tid == leader)
			tracer->tracees[kept++] = tracer->tracees[i];
	}
	tracer->tracee_count = kept;
	tracee = tracer_find_tracee(tracer, leader);
	if (!tracee || !process)
		return;
	/* It may have been another thread until now: what was known of the leader is past. */
	*tracee = (struct tracee){ .tid = leader, .pid = leader, .stopped = true };
	process->borrows = false;
	process->holding = false;
	process->breakpoint = (struct breakpoint){ 0 };
	if (tracer->leaving) {
		tracer_detach(engine, process);
		return;
	}
	stop_point_arm_start(engine, process, leader);
	tracer_go_on(engine, tracee, 0);
}

/* bpf_send_signal_thread sends with SEND_SIG_PRIV: si_code is SI_KERNEL. */
bool tracer_is_our_signal(pid_t tid)
{
	siginfo_t info;

	return !ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) && info.si_code == SI_KERNEL;
}

/* Another process's uprobe stops this one too, where both run the same file. */
static bool at_stop_point(struct engine *engine, const struct tracee *tracee,
			  const struct traced *process, int number)
{
	if (engine->faults)
		return number == SIGSTOP && tracer_is_our_signal(tracee->tid);
	return number == SIGTRAP && process &&
	       breakpoint_was_hit(tracee->tid, &process->breakpoint);
}

static void on_signal(struct engine *engine, struct tracee *tracee, int number)
{
	struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);

	if (at_stop_point(engine, tracee, process, number)) {
		number = 0;
		if (process && process->phase == STOP_AT_CHECKPOINT) {
			tracee->at_checkpoint = true;
			return;
		}
		if (process && process->phase == STOP_AT_LOADER) {
			stop_point_at_loader(engine, process, tracee->tid);
		} else if (process && process->phase == STOP_AT_ENTRY && !engine->tracer.leaving) {
			stop_point_arm_end(engine, process, tracee->tid);
		} else if (process && process->phase == STOP_AT_END && !process->holding) {
			breakpoint_remove(tracee->tid, &process->breakpoint);
			tracer_hold(engine, process, true);
			return;
		}
	}
	if (process && process->holding)
		tracee->resume_signal = number;
	else
		tracer_go_on(engine, tracee, number);
}

static void on_event_stop(struct engine *engine, struct tracee *tracee, int number)
{
	struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);

	if (tracee->fresh)
		tracer_on_first_stop(engine, tracee);
	else if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
		ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
	else if (!process || !process->holding)
		tracer_go_on(engine, tracee, 0);
}

static int on_stop(struct engine *engine, pid_t tid, int status)
{
	struct tracee *tracee = tracer_add_tracee(&engine->tracer, tid);
	int event = status >> 16;

	if (!tracee)
		return -ENOMEM;
	tracee->stopped = true;
	switch (event) {
	case 0:
		on_signal(engine, tracee, WSTOPSIG(status));
		break;
	case PTRACE_EVENT_EXIT:
		on_exit_event(engine, tracee);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec_event(engine, tracee);
		break;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		return tracer_on_new_task(engine, tracee, event);
	default:
		on_event_stop(engine, tracee, WSTOPSIG(status));
	}
	return 0;
}

int tracer_reap(struct engine *engine)
{
	int status, err = 0;
	pid_t tid;

	while (!err && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		if (WIFSTOPPED(status)) {
			err = on_stop(engine, tid, status);
			continue;
		}
		tracer_remove(engine, tid);
		if (tid == engine->launched) {
			engine->launched_reaped = true;
			engine->wait_status = status;
		}
	}
	return err;
}

struct traced *tracer_held(struct engine *engine)
{
	struct tracer *tracer = &engine->tracer;
	size_t i, j;

	for (i = 0; i < tracer->process_count; i++) {
		bool still = tracer->processes[i].holding;

		for (j = 0; still && j < tracer->tracee_count; j++) {
			const struct tracee *tracee = &tracer->tracees[j];

			/* A leader that left its threads behind is never reported until they end. */
			still = tracee->pid != tracer->processes[i].pid || tracee->stopped ||
				tracee->exiting;
		}
		if (still)
			return &tracer->processes[i];
	}
	return NULL;
}

int tracer_release(struct engine *engine, struct traced *process)
{
	struct tracer *tracer = &engine->tracer;
	pid_t pid = process->pid;
	size_t i;

	if (pid == engine->launched)
		engine->stopped_in_time = process->in_time;
	process->holding = false;
	process->phase = STOP_DONE;
	stop_point_disarm(engine, process);
	/* The guardian has none of the test points: they hold pagewatch. */
	if (engine->guardian.link < 0)
		test_point_wait("released");
	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid == pid && tracer->tracees[i].stopped)
			tracer_go_on(engine, &tracer->tracees[i], tracer->tracees[i].resume_signal);
	}
	return 0;
}

bool tracer_has(struct engine *engine, pid_t pid)
{
	return tracer_find_process(&engine->tracer, pid) != NULL;
}

static bool stands_still(const struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->tracee_count; i++) {
		const struct tracee *tracee = &tracer->tracees[i];

		if (tracee->pid == pid && !tracee->stopped && !tracee->exiting)
			return false;
	}
	return true;
}

int tracer_freeze(struct engine *engine, pid_t pid, uint64_t deadline_ns)
{
	static const struct timespec pause = { .tv_nsec = 20000 };
	struct tracer *tracer = &engine->tracer;
	size_t i;
	int err = 0;

	tracer_find_process(tracer, pid)->frozen = true;
	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid == pid && !tracer->tracees[i].stopped)
			ptrace(PTRACE_INTERRUPT, tracer->tracees[i].tid, NULL, NULL);
	}
	/* The tracer itself may forget the process: it may end meanwhile. */
	while (!err && tracer_find_process(tracer, pid) && !stands_still(tracer, pid)) {
		if (engine_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
		err = tracer_reap(engine);
	}
	return err;
}

void tracer_thaw(struct engine *engine, pid_t pid)
{
	struct tracer *tracer = &engine->tracer;
	struct traced *process = tracer_find_process(tracer, pid);
	size_t i;

	if (!process)
		return;
	process->frozen = false;
	for (i = 0; !process->holding && i < tracer->tracee_count; i++) {
		struct tracee *tracee = &tracer->tracees[i];

		if (tracee->pid == pid && tracee->stopped)
			tracer_go_on(engine, tracee, tracee->resume_signal);
	}
}

void tracer_deinit(struct engine *engine)
{
	free(engine->tracer.tracees);
	free(engine->tracer.processes);
}
