/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Stopped threads go on, or are released. */
#include <signal.h>
#include <sys/ptrace.h>

#include "control/own_signal.h"
#include "control/tracer_priv.h"

/* From a stop point that stays, the thread first steps over it; then the stop point is put back. */
static void tracer_continue(struct thread *thread, const struct process *process, int number)
{
	bool steps = thread->at_stop && process && process->stop_suspended;

	if (steps)
		thread->state = THREAD_STEPS;
	else
		thread->state = thread->state == THREAD_AT_EXIT ? THREAD_PAST_EXIT : THREAD_RUNS;
	thread->signal = 0;
	thread->at_stop = false;
	ptrace(steps ? PTRACE_SINGLESTEP : PTRACE_CONT, thread->tid, NULL, (void *)(long)number);
}

/*
 * A thread that has passed a stop point has its signal pending and would really receive it: it
 * first goes on to that stop.
 */
static void tracer_let_go(struct tracer *tracer, struct process *process, struct thread *thread,
			  int number)
{
	const struct stopper *stopper = &tracer->options.stopper;
	pid_t pid = process->pid;

	if (process->stop.armed)
		stopper->disarm(stopper, thread->tid, &process->stop);
	process->stop_suspended = false;
	if (own_signal_is_pending(thread->tid, stopper->signal)) {
		tracer_continue(thread, process, number);
		return;
	}
	ptrace(PTRACE_DETACH, thread->tid, NULL, (void *)(long)number);
	tasks__remove_thread(&tracer->tasks, thread);
	if (!tasks__threads_of(&tracer->tasks, pid))
		tasks__remove_process(&tracer->tasks, tasks__process(&tracer->tasks, pid));
}

void tracer_go_on(struct tracer *tracer, struct thread *thread, int number)
{
	struct process *process = tasks__process(&tracer->tasks, thread->pid);

	if (process && (process->held || process->frozen)) {
		if (thread->state != THREAD_AT_EXIT)
			thread->state = THREAD_STANDS;
		thread->signal = number;
	} else if (process && process->leaving) {
		tracer_let_go(tracer, process, thread, number);
	} else {
		tracer_continue(thread, process, number);
	}
}

void tracer_go_on_all(struct tracer *tracer, pid_t pid)
{
	struct tasks *tasks = &tracer->tasks;
	size_t i = 0;

	while (i < tasks->thread_count) {
		struct thread *thread = &tasks->threads[i];
		size_t count = tasks->thread_count;

		if (thread->pid == pid &&
		    (thread->state == THREAD_STANDS || thread->state == THREAD_AT_EXIT))
			tracer_go_on(tracer, thread, thread->signal);
		/* The last entry has taken the place of the one that was released. */
		i += tasks->thread_count == count;
	}
}

void tracer_interrupt(struct tracer *tracer, pid_t pid)
{
	struct tasks *tasks = &tracer->tasks;
	size_t i;

	for (i = 0; i < tasks->thread_count; i++) {
		const struct thread *thread = &tasks->threads[i];

		if (thread->pid == pid && thread->state == THREAD_RUNS)
			ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL);
	}
}

void tracer_hold(struct tracer *tracer, struct process *process, bool in_time)
{
	process->held = true;
	process->in_time = in_time;
	tracer_interrupt(tracer, process->pid);
}

/* A listening thread must stop anew before it can be released. */
static enum thread_state tracer_state_to_leave(enum thread_state state)
{
	if (state == THREAD_AT_POINT)
		return THREAD_STANDS;
	return state == THREAD_LISTENS ? THREAD_RUNS : state;
}

/* Threads past their exit do not stop again. */
static void tracer_forget_ended(struct tasks *tasks, pid_t pid)
{
	size_t i = 0;

	while (i < tasks->thread_count) {
		if (tasks->threads[i].pid == pid && tasks->threads[i].state == THREAD_PAST_EXIT)
			tasks__remove_thread(tasks, &tasks->threads[i]);
		else
			i++;
	}
	if (!tasks__threads_of(tasks, pid))
		tasks__remove_process(tasks, tasks__process(tasks, pid));
}

void tracer_begin_leaving(struct tracer *tracer, struct process *process)
{
	const struct stopper *stopper = &tracer->options.stopper;
	struct tasks *tasks = &tracer->tasks;
	pid_t pid = process->pid;
	size_t i;

	process->leaving = true;
	process->held = process->frozen = false;
	if (process->stop.armed && !stopper->in_memory)
		stopper->disarm(stopper, 0, &process->stop);
	for (i = 0; i < tasks->thread_count; i++) {
		struct thread *thread = &tasks->threads[i];

		if (thread->pid == pid)
			thread->state = tracer_state_to_leave(thread->state);
	}
	tracer_forget_ended(tasks, pid);
	tracer_interrupt(tracer, pid);
	tracer_go_on_all(tracer, pid);
}
