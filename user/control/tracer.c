/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/tracer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control/thread_status.h"
#include "control/tracer_priv.h"

/* A thread that sleeps and cannot be woken (vfork, a disk) never stops for us: wait no longer. */
#define LEAVE_NS 500000000
#define POLL_NS 20000
#define ATTACH_ROUNDS 64 /* of searching for threads that were born meanwhile */

int tracer__new(const struct tracer_options *options, struct tracer **ret)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	if (!tracer)
		return -ENOMEM;
	tracer->options = *options;
	*ret = tracer;
	return 0;
}

void tracer__free(struct tracer *tracer)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	int polls;

	if (!tracer)
		return;
	tracer__leave_all(tracer);
	for (polls = 0; tracer__count(tracer) && polls < LEAVE_NS / POLL_NS; polls++) {
		if (tracer__reap(tracer))
			break;
		if (tracer__count(tracer))
			nanosleep(&pause, NULL);
	}
	tasks__deinit(&tracer->tasks);
	free(tracer);
}

int tracer__seize(struct tracer *tracer, pid_t pid)
{
	long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE;
	int err = 0;

	if (!tasks__add_process(&tracer->tasks, pid) ||
	    !tasks__add_thread(&tracer->tasks, pid, pid))
		return -ENOMEM;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options))
		err = -errno;
	if (err)
		tracer_on_end(tracer, pid);
	return err;
}

/*
 * Ignores a thread that has ended, and one that a traced thread has just created: it is traced
 * already, and stands until its first stop is served. *fresh: it was not traced yet.
 */
static int tracer_attach_thread(struct tracer *tracer, const struct proc *proc, pid_t tid,
				bool *fresh)
{
	struct thread_status status;

	if (tasks__thread(&tracer->tasks, tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)(long)PTRACE_O_TRACECLONE)) {
		if (errno == ESRCH)
			return 0;
		status = thread_status_read(proc, tid);
		if (thread_status_ended(&status) || status.tracer == getpid())
			return 0;
		return status.tracer ? -EPERM : -EACCES;
	}
	*fresh = true;
	return tasks__add_thread(&tracer->tasks, tid, (pid_t)proc__pid(proc)) ? 0 : -ENOMEM;
}

int tracer__attach(struct tracer *tracer, const struct proc *proc, pid_t *failed)
{
	bool fresh = true;
	size_t count, i;
	int err = 0, round;

	*failed = (pid_t)proc__pid(proc);
	if (!tasks__add_process(&tracer->tasks, *failed))
		return -ENOMEM;
	/* Repeats until no thread is new: a probe would stop an untraced thread for good. */
	for (round = 0; !err && fresh; round++) {
		uint32_t *tids = NULL;

		fresh = false;
		err = round < ATTACH_ROUNDS ? proc__threads(proc, &tids, &count) : -EBUSY;
		for (i = 0; !err && i < count; i++) {
			*failed = (pid_t)tids[i];
			err = tracer_attach_thread(tracer, proc, *failed, &fresh);
		}
		free(tids);
	}
	return err;
}

int tracer__arm(struct tracer *tracer, pid_t pid, pid_t tid, const struct stop_place *place)
{
	const struct stopper *stopper = &tracer->options.stopper;
	struct process *process = tasks__process(&tracer->tasks, pid);

	return process ? stopper->arm(stopper, pid, tid, place, &process->stop) : -ESRCH;
}

void tracer__disarm(struct tracer *tracer, pid_t pid, pid_t tid)
{
	const struct stopper *stopper = &tracer->options.stopper;
	struct process *process = tasks__process(&tracer->tasks, pid);

	if (process && process->stop.armed)
		stopper->disarm(stopper, tid, &process->stop);
	if (process)
		process->stop_suspended = false;
}

int tracer__reap(struct tracer *tracer)
{
	const struct tracer_owner *owner = &tracer->options.owner;
	int status, err = 0;
	pid_t tid;

	while (!err && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		if (WIFSTOPPED(status)) {
			err = tracer_on_stop(tracer, tid, status);
			continue;
		}
		tracer_on_end(tracer, tid);
		if (owner->on_end)
			owner->on_end(owner->ctx, tid, status);
	}
	return err;
}

const struct process *tracer__held(const struct tracer *tracer)
{
	size_t i;

	for (i = 0; i < tracer->tasks.process_count; i++) {
		const struct process *process = &tracer->tasks.processes[i];

		if (process->held && tasks__is_still(&tracer->tasks, process->pid))
			return process;
	}
	return NULL;
}

void tracer__release(struct tracer *tracer, pid_t pid)
{
	struct process *process = tasks__process(&tracer->tasks, pid);
	const struct thread *standing = tasks__standing(&tracer->tasks, pid);

	if (!process)
		return;
	process->held = false;
	process->passed_end = true;
	if (standing)
		tracer__disarm(tracer, pid, standing->tid);
	tracer_go_on_all(tracer, pid);
}

pid_t tracer__kept(const struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->tasks.thread_count; i++) {
		const struct thread *thread = &tracer->tasks.threads[i];

		if (thread->pid == pid && thread->state == THREAD_AT_POINT)
			return thread->tid;
	}
	return 0;
}

void tracer__resume(struct tracer *tracer, pid_t tid)
{
	struct thread *thread = tasks__thread(&tracer->tasks, tid);

	if (!thread || thread->state != THREAD_AT_POINT)
		return;
	thread->state = THREAD_STANDS;
	tracer_go_on(tracer, thread, 0);
}

void tracer__freeze(struct tracer *tracer, pid_t pid)
{
	struct process *process = tasks__process(&tracer->tasks, pid);

	if (process)
		process->frozen = true;
	tracer_interrupt(tracer, pid);
}

bool tracer__is_still(const struct tracer *tracer, pid_t pid)
{
	return tasks__is_still(&tracer->tasks, pid);
}

void tracer__thaw(struct tracer *tracer, pid_t pid)
{
	struct process *process = tasks__process(&tracer->tasks, pid);

	if (!process)
		return;
	process->frozen = false;
	if (!process->held)
		tracer_go_on_all(tracer, pid);
}

void tracer__leave(struct tracer *tracer, pid_t pid)
{
	struct process *process = tasks__process(&tracer->tasks, pid);

	if (process)
		tracer_begin_leaving(tracer, process);
}

void tracer__leave_all(struct tracer *tracer)
{
	struct tasks *tasks = &tracer->tasks;
	size_t i = 0;

	tracer->leaving = true;
	while (i < tasks->process_count) {
		size_t count = tasks->process_count;

		tracer__leave(tracer, tasks->processes[i].pid);
		i += tasks->process_count == count;
	}
}

struct process *tracer__process(const struct tracer *tracer, pid_t pid)
{
	return tasks__process(&tracer->tasks, pid);
}

size_t tracer__count(const struct tracer *tracer)
{
	return tracer->tasks.process_count;
}

struct process *tracer__process_at(const struct tracer *tracer, size_t index)
{
	return &tracer->tasks.processes[index];
}

size_t tracer__threads(const struct tracer *tracer, pid_t pid)
{
	return tasks__threads_of(&tracer->tasks, pid);
}

bool tracer__is_stopped_by_others(const struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->tasks.thread_count; i++) {
		if (tracer->tasks.threads[i].pid == pid &&
		    tracer->tasks.threads[i].state == THREAD_LISTENS)
			return true;
	}
	return false;
}
