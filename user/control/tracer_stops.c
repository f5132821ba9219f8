/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a stop of a thread means, according to ptrace(2). */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "control/tracer_priv.h"

static void tracer_on_exit_event(struct tracer *tracer, struct thread *thread)
{
	struct process *process = tasks__process(&tracer->tasks, thread->pid);

	thread->state = THREAD_AT_EXIT;
	if (process && !process->lender && !process->passed_end && !process->leaving &&
	    tasks__is_last(&tracer->tasks, thread))
		tracer_hold(tracer, process, false);
	else
		tracer_go_on(tracer, thread, 0);
}

/*
 * Only the thread that called exec is left, under the process's own id, whatever was known of the
 * former thread with that id.
 */
static void tracer_on_exec_event(struct tracer *tracer, struct thread *thread)
{
	const struct tracer_owner *owner = &tracer->options.owner;
	struct tasks *tasks = &tracer->tasks;
	pid_t pid = thread->tid;
	struct process *process = tasks__process(tasks, pid);
	bool unwanted;
	size_t i = 0;

	while (i < tasks->thread_count) {
		if (tasks->threads[i].pid == pid && tasks->threads[i].tid != pid)
			tasks__remove_thread(tasks, &tasks->threads[i]);
		else
			i++;
	}
	thread = tasks__thread(tasks, pid);
	if (!thread || !process)
		return;
	*thread = (struct thread){ .tid = pid, .pid = pid, .state = THREAD_STANDS };
	unwanted = process->leaving || (process->lender && !tracer->options.follow_children);
	*process = (struct process){ .pid = pid, .frozen = process->frozen, .leaving = unwanted };
	if (!unwanted && owner->on_exec && owner->on_exec(owner->ctx, process, pid) == TRACER_KEEP)
		thread->state = THREAD_AT_POINT;
	else
		tracer_go_on(tracer, thread, 0);
}

static void tracer_at_stop_point(struct tracer *tracer, struct thread *thread,
				 struct process *process)
{
	const struct tracer_owner *owner = &tracer->options.owner;
	enum tracer_answer answer = TRACER_GO_ON;

	thread->state = THREAD_STANDS;
	thread->signal = 0;
	thread->at_stop = true;
	/* Taken out at once, so that the thread can run on if we are killed. */
	if (process)
		tracer_suspend_stop(tracer, process, thread->tid);
	if (process && owner->on_stop_point && !process->leaving)
		answer = owner->on_stop_point(owner->ctx, process, thread->tid);
	if (answer == TRACER_KEEP)
		thread->state = THREAD_AT_POINT;
	else if (answer == TRACER_HOLD)
		tracer_hold(tracer, process, true);
	else
		tracer_go_on(tracer, thread, 0);
}

static bool tracer_is_step_trap(pid_t tid, int number)
{
	siginfo_t info;

	return number == SIGTRAP && !ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) &&
	       info.si_code == TRAP_TRACE;
}

static void tracer_on_signal(struct tracer *tracer, struct thread *thread, int number)
{
	static const struct stop nowhere;
	struct process *process = tasks__process(&tracer->tasks, thread->pid);
	struct process *lender = tracer_lender(tracer, process);

	if (thread->state == THREAD_STEPS) {
		tracer_step_ended(tracer, thread);
		if (tracer_is_step_trap(thread->tid, number))
			number = 0;
		tracer_go_on(tracer, thread, number);
		return;
	}
	if (!tracer->options.stopper.was_hit(thread->tid, number,
					     lender ? &lender->stop : &nowhere)) {
		thread->state = THREAD_STANDS;
		tracer_go_on(tracer, thread, number);
		return;
	}
	if (process != lender)
		tracer_step_over(tracer, thread, lender);
	else
		tracer_at_stop_point(tracer, thread, process);
}

static bool tracer_is_group_stop(int number)
{
	return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void tracer_on_event_stop(struct tracer *tracer, struct thread *thread, int number)
{
	const struct process *process = tasks__process(&tracer->tasks, thread->pid);

	if (!thread->pid || thread->state == THREAD_BORN) {
		tracer_on_first_stop(tracer, thread);
		return;
	}
	if (tracer_is_group_stop(number) && !(process && process->leaving)) {
		thread->state = THREAD_LISTENS;
		ptrace(PTRACE_LISTEN, thread->tid, NULL, NULL);
		return;
	}
	thread->state = THREAD_STANDS;
	tracer_go_on(tracer, thread, 0);
}

int tracer_on_stop(struct tracer *tracer, pid_t tid, int wait_status)
{
	struct thread *thread = tasks__add_thread(&tracer->tasks, tid, 0);
	int event = wait_status >> 16;

	if (!thread)
		return -ENOMEM;
	switch (event) {
	case 0:
		tracer_on_signal(tracer, thread, WSTOPSIG(wait_status));
		return 0;
	case PTRACE_EVENT_EXIT:
		tracer_on_exit_event(tracer, thread);
		return 0;
	case PTRACE_EVENT_EXEC:
		tracer_on_exec_event(tracer, thread);
		return 0;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		thread->state = THREAD_STANDS;
		return tracer_on_birth(tracer, thread, event);
	case PTRACE_EVENT_VFORK_DONE:
		thread->state = THREAD_STANDS;
		tracer_vfork_ended(tracer, thread);
		tracer_go_on(tracer, thread, 0);
		return 0;
	default:
		tracer_on_event_stop(tracer, thread, WSTOPSIG(wait_status));
		return 0;
	}
}

/* New tasks whose parent was killed before its event could announce them. */
static void tracer_free_orphans(struct tracer *tracer, const struct stop *stop)
{
	const struct stopper *stopper = &tracer->options.stopper;
	struct tasks *tasks = &tracer->tasks;

	while (tasks->thread_count) {
		struct thread *thread = &tasks->threads[tasks->thread_count - 1];
		struct stop copy = *stop;

		if (copy.armed && stopper->in_memory)
			stopper->disarm(stopper, thread->tid, &copy);
		ptrace(PTRACE_DETACH, thread->tid, NULL, NULL);
		tasks__remove_thread(tasks, thread);
	}
}

void tracer_on_end(struct tracer *tracer, pid_t tid)
{
	struct tasks *tasks = &tracer->tasks;
	struct thread *thread = tasks__thread(tasks, tid);
	struct process *process = tasks__process(tasks, tid);
	struct stop stop;

	if (thread)
		tasks__remove_thread(tasks, thread);
	if (!process)
		return;
	stop = process->stop;
	tasks__remove_process(tasks, process);
	if (!tasks->process_count)
		tracer_free_orphans(tracer, &stop);
}
