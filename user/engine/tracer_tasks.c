/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which threads and processes are traced, and what becomes of new ones. */
#include <errno.h>
#include <sys/ptrace.h>

#include "base/array.h"
#include "engine/priv.h"

struct tracee *tracer_find_tracee(struct tracer *tracer, pid_t tid)
{
	size_t i;

	for (i = 0; i < tracer->tracee_count; i++) {
		if (tracer->tracees[i].tid == tid)
			return &tracer->tracees[i];
	}
	return NULL;
}

struct traced *tracer_find_process(struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->process_count; i++) {
		if (tracer->processes[i].pid == pid)
			return &tracer->processes[i];
	}
	return NULL;
}

struct tracee *tracer_add_tracee(struct tracer *tracer, pid_t tid)
{
	struct tracee *tracee = tracer_find_tracee(tracer, tid);

	if (tracee)
		return tracee;
	if (array_reserve((void **)&tracer->tracees, &tracer->tracee_capacity,
			  tracer->tracee_count + 1, sizeof(*tracer->tracees)))
		return NULL;
	tracee = &tracer->tracees[tracer->tracee_count++];
	*tracee = (struct tracee){ .tid = tid, .fresh = true };
	return tracee;
}

struct traced *tracer_add_process(struct tracer *tracer, pid_t pid)
{
	struct traced *process = tracer_find_process(tracer, pid);

	if (process)
		return process;
	if (array_reserve((void **)&tracer->processes, &tracer->process_capacity,
			  tracer->process_count + 1, sizeof(*tracer->processes)))
		return NULL;
	process = &tracer->processes[tracer->process_count++];
	*process = (struct traced){ .pid = pid, .phase = STOP_NONE, .stop_id = -1 };
	return process;
}

void tracer_go_on(struct engine *engine, struct tracee *tracee, int number)
{
	const struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);

	tracee->resume_signal = number;
	if (process && process->frozen)
		return;
	tracee->stopped = false;
	tracee->resume_signal = 0;
	ptrace(PTRACE_CONT, tracee->tid, NULL, (void *)(long)number);
}

void tracer_detach(struct engine *engine, struct traced *process)
{
	struct tracer *tracer = &engine->tracer;
	pid_t pid = process->pid;
	size_t i, kept = 0;

	for (i = 0; i < tracer->tracee_count; i++) {
		const struct tracee *tracee = &tracer->tracees[i];

		if (tracee->pid != pid) {
			tracer->tracees[kept++] = *tracee;
			continue;
		}
		if (process->breakpoint.inserted && !process->borrows)
			breakpoint_remove(tracee->tid, &process->breakpoint);
		ptrace(PTRACE_DETACH, tracee->tid, NULL, (void *)(long)tracee->resume_signal);
	}
	tracer->tracee_count = kept;
	*process = tracer->processes[--tracer->process_count];
}

/* New tasks whose parent was killed before its event could tell of them. */
static void free_orphans(struct tracer *tracer, const struct breakpoint *breakpoint)
{
	size_t i;

	for (i = 0; i < tracer->tracee_count; i++) {
		struct breakpoint copy = *breakpoint;

		breakpoint_remove(tracer->tracees[i].tid, &copy);
		ptrace(PTRACE_DETACH, tracer->tracees[i].tid, NULL, NULL);
	}
	tracer->tracee_count = 0;
}

void tracer_remove(struct engine *engine, pid_t tid)
{
	struct tracer *tracer = &engine->tracer;
	struct tracee *tracee = tracer_find_tracee(tracer, tid);
	struct traced *process;

	if (tracee)
		*tracee = tracer->tracees[--tracer->tracee_count];
	process = tracer_find_process(tracer, tid);
	if (!process)
		return;
	stop_point_disarm(engine, process);
	if (tracer->process_count == 1)
		free_orphans(tracer, &process->breakpoint);
	*process = tracer->processes[--tracer->process_count];
}

/*
 * A forked child is born standing still. One that is followed gets a stop point of its own;
 * any other is let go with its code as it was.
 */
static void settle_child(struct engine *engine, struct tracee *tracee)
{
	struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);

	tracee->fresh = false;
	if (!process || process->pid != tracee->tid) {
		/* A thread: it stands still with the others where they are held. */
		if (!process || !process->holding)
			tracer_go_on(engine, tracee, 0);
		return;
	}
	/* One that borrows runs little more than exec; a debugger's child asks to be traced there. */
	if (!engine->options.follow_children) {
		tracer_detach(engine, process);
		return;
	}
	if (process->phase == STOP_AT_END && engine->faults)
		stop_point_arm_end(engine, process, tracee->tid);
	tracer_go_on(engine, tracee, 0);
}

static int add_child(struct engine *engine, pid_t parent, struct tracee *child, int event)
{
	struct traced *process;
	const struct traced *from;

	child->pid = event == PTRACE_EVENT_CLONE ? parent : child->tid;
	if (event == PTRACE_EVENT_CLONE)
		return 0;
	process = tracer_add_process(&engine->tracer, child->pid);
	from = tracer_find_process(&engine->tracer, parent);
	if (!process || !from)
		return -ENOMEM;
	process->borrows = event == PTRACE_EVENT_VFORK;
	if (process->borrows)
		return 0;
	process->breakpoint = from->breakpoint;
	process->phase = from->phase == STOP_AT_END ? STOP_AT_END : STOP_NONE;
	return 0;
}

int tracer_on_new_task(struct engine *engine, struct tracee *tracee, int event)
{
	pid_t pid = tracee->pid, tid = tracee->tid;
	struct tracee *child;
	unsigned long message;
	int err = 0;

	if (!ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message)) {
		child = tracer_add_tracee(&engine->tracer, (pid_t)message);
		err = child ? add_child(engine, pid, child, event) : -ENOMEM;
		if (!err && child->stopped)
			settle_child(engine, child);
		tracee = tracer_find_tracee(&engine->tracer, tid);
	}
	tracer_go_on(engine, tracee, 0);
	return err;
}

void tracer_on_first_stop(struct engine *engine, struct tracee *tracee)
{
	/* Not told of yet: its parent's event is on its way, and settles it. */
	if (tracee->pid)
		settle_child(engine, tracee);
}
