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

#include "base/array.h"
#include "base/barrier.h"
#include "engine/priv.h"

static struct tracee *find_tracee(struct tracer *tracer, pid_t tid)
{
	size_t i;

	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].tid == tid)
			return &tracer->tracees[i];
	}
	return NULL;
}

static struct traced *find_process(struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->process_count; i++) {
		if (tracer->processes[i].pid == pid)
			return &tracer->processes[i];
	}
	return NULL;
}

static struct tracee *add_tracee(struct tracer *tracer, pid_t tid)
{
	struct tracee *tracee = find_tracee(tracer, tid);

	if (tracee)
		return tracee;
	if (array_reserve((void **)&tracer->tracees, &tracer->tracee_capacity,
			  tracer->tracee_count + 1, sizeof(*tracer->tracees)))
		return NULL;
	tracee = &tracer->tracees[tracer->tracee_count++];
	*tracee = (struct tracee){ .tid = tid };
	return tracee;
}

static struct traced *add_process(struct tracer *tracer, pid_t pid)
{
	struct traced *process = find_process(tracer, pid);

	if (process)
		return process;
	if (array_reserve((void **)&tracer->processes, &tracer->process_capacity,
			  tracer->process_count + 1, sizeof(*tracer->processes)))
		return NULL;
	process = &tracer->processes[tracer->process_count++];
	*process = (struct traced){ .pid = pid, .phase = STOP_NONE, .stop_id = -1 };
	return process;
}

static void remove_tracee(struct engine *engine, pid_t tid)
{
	struct tracer *tracer = &engine->tracer;
	struct tracee *tracee = find_tracee(tracer, tid);
	struct traced *process;

	if (tracee)
		*tracee = tracer->tracees[--tracer->tracee_count];
	process = find_process(tracer, tid);
	if (process) {
		stop_point_disarm(engine, process);
		*process = tracer->processes[--tracer->process_count];
	}
}

/* While its process is frozen it stays where it is; number is delivered when that is over. */
static void go_on(struct engine *engine, struct tracee *tracee, int number)
{
	const struct traced *process = find_process(&engine->tracer, tracee->pid);

	tracee->resume_signal = number;
	if (process && process->frozen)
		return;
	tracee->stopped = false;
	tracee->resume_signal = 0;
	ptrace(PTRACE_CONT, tracee->tid, NULL, (void *)(long)number);
}

int tracer_seize(struct engine *engine, pid_t pid)
{
	long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE;
	struct tracee *tracee = add_tracee(&engine->tracer, pid);
	struct traced *process = add_process(&engine->tracer, pid);
	int err = 0;

	if (!tracee || !process)
		return -ENOMEM;
	tracee->pid = pid;
	if (engine->options.follow_children)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options)) {
		err = -errno;
		remove_tracee(engine, pid);
	}
	return err;
}

/* Stops what still runs of the process; its stops come in through tracer_reap. */
static void hold(struct engine *engine, struct traced *process, bool in_time)
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
	struct traced *process = find_process(&engine->tracer, tracee->pid);

	tracee->exiting = true;
	if (process && process->phase != STOP_DONE && last_of_process(&engine->tracer, tracee))
		hold(engine, process, false);
	else
		go_on(engine, tracee, 0);
}

/* Only the thread that called exec is left, under the process's own id. */
static void on_exec_event(struct engine *engine, struct tracee *tracee)
{
	struct traced *process = find_process(&engine->tracer, tracee->pid);
	struct tracer *tracer = &engine->tracer;
	pid_t leader = tracee->tid;
	size_t i, kept = 0;

	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid != leader || tracer->tracees[i].tid == leader)
			tracer->tracees[kept++] = tracer->tracees[i];
	}
	tracer->tracee_count = kept;
	if (process)
		stop_point_arm_start(engine, process);
	tracee = find_tracee(tracer, leader);
	if (tracee)
		go_on(engine, tracee, 0);
}

static int on_new_task(struct engine *engine, struct tracee *tracee, int event)
{
	pid_t pid = tracee->pid, tid = tracee->tid;
	struct tracee *child;
	unsigned long message;

	if (!ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message)) {
		child = add_tracee(&engine->tracer, (pid_t)message);
		if (!child)
			return -ENOMEM;
		child->pid = event == PTRACE_EVENT_CLONE ? pid : (pid_t)message;
		if (event != PTRACE_EVENT_CLONE && !add_process(&engine->tracer, child->pid))
			return -ENOMEM;
		tracee = find_tracee(&engine->tracer, tid);
	}
	go_on(engine, tracee, 0);
	return 0;
}

static bool is_our_signal(pid_t tid)
{
	siginfo_t info;

	/* bpf_send_signal_thread sends with SEND_SIG_PRIV: si_code is SI_KERNEL. */
	return !ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) && info.si_code == SI_KERNEL;
}

static void on_signal(struct engine *engine, struct tracee *tracee, int number)
{
	struct traced *process = find_process(&engine->tracer, tracee->pid);

	if (number == SIGSTOP && process && process->stop_id >= 0 && is_our_signal(tracee->tid)) {
		if (process->phase == STOP_AT_LOADER) {
			stop_point_at_loader(engine, process);
		} else if (process->phase == STOP_AT_ENTRY) {
			stop_point_arm_end(engine, process);
		} else if (process->phase == STOP_AT_END && !process->holding) {
			hold(engine, process, true);
			return;
		}
		number = 0;
	}
	if (process && process->holding)
		tracee->resume_signal = number;
	else
		go_on(engine, tracee, number);
}

static void on_event_stop(struct engine *engine, struct tracee *tracee, int number)
{
	struct traced *process = find_process(&engine->tracer, tracee->pid);

	if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
		ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
	else if (!process || !process->holding)
		go_on(engine, tracee, 0);
}

static int on_stop(struct engine *engine, pid_t tid, int status)
{
	struct tracee *tracee = add_tracee(&engine->tracer, tid);
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
		return on_new_task(engine, tracee, event);
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
		remove_tracee(engine, tid);
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
	barrier_wait("released");
	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid == pid && tracer->tracees[i].stopped)
			go_on(engine, &tracer->tracees[i], tracer->tracees[i].resume_signal);
	}
	return 0;
}

bool tracer_has(struct engine *engine, pid_t pid)
{
	return find_process(&engine->tracer, pid) != NULL;
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

	find_process(tracer, pid)->frozen = true;
	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].pid == pid && !tracer->tracees[i].stopped)
			ptrace(PTRACE_INTERRUPT, tracer->tracees[i].tid, NULL, NULL);
	}
	/* The tracer itself may forget the process: it may end meanwhile. */
	while (!err && find_process(tracer, pid) && !stands_still(tracer, pid)) {
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
	struct traced *process = find_process(tracer, pid);
	size_t i;

	if (!process)
		return;
	process->frozen = false;
	for (i = 0; !process->holding && i < tracer->tracee_count; i++) {
		struct tracee *tracee = &tracer->tracees[i];

		if (tracee->pid == pid && tracee->stopped)
			go_on(engine, tracee, tracee->resume_signal);
	}
}

void tracer_deinit(struct engine *engine)
{
	free(engine->tracer.tracees);
	free(engine->tracer.processes);
}
