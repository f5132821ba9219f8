/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* New tasks: threads, and children that are followed or released. */
#include <errno.h>
#include <sys/ptrace.h>

#include "control/kinship.h"
#include "control/tracer_priv.h"

/* Born stopped. A followed child keeps its parent's stop point, in its own memory. */
static void tracer_settle(struct tracer *tracer, struct thread *thread)
{
	const struct tracer_owner *owner = &tracer->options.owner;
	struct process *process = tasks__process(&tracer->tasks, thread->pid);

	thread->state = THREAD_STANDS;
	if (process && process->pid == thread->tid && !process->leaving && !process->lender &&
	    owner->on_child)
		owner->on_child(owner->ctx, process, thread->tid);
	tracer_go_on(tracer, thread, 0);
}

static void tracer_inherit_stop(const struct tracer *tracer, struct process *child,
				const struct process *memory)
{
	if (!memory || !tracer->options.stopper.in_memory)
		return;
	child->stop = memory->stop;
	child->stop_suspended = memory->stop_suspended;
	child->plan = memory->plan;
	child->passed_end = memory->passed_end;
}

/* child, known only as a thread so far, is a process that maker has created. */
static int tracer_add_child(struct tracer *tracer, struct thread *maker, struct thread *child,
			    bool vforked)
{
	struct process *process = tasks__add_process(&tracer->tasks, child->tid);
	struct process *from = tasks__process(&tracer->tasks, maker->pid);
	bool shares;

	if (!process)
		return -ENOMEM;
	shares = kinship_shares_memory(maker->tid, child->tid, vforked);
	if (!shares)
		tracer_inherit_stop(tracer, process, tracer_lender(tracer, from));
	else if (from)
		process->lender = from->lender ? from->lender : from->pid;
	if (shares && vforked)
		tracer_vfork_begun(tracer, maker);
	/* If the memory it runs in has a breakpoint, it must be traced. */
	process->leaving = tracer->leaving || (from && from->leaving) ||
			   (!tracer->options.follow_children &&
			    (!shares || vforked || !tracer->options.stopper.in_memory));
	return 0;
}

int tracer_on_birth(struct tracer *tracer, struct thread *thread, int event)
{
	struct tasks *tasks = &tracer->tasks;
	pid_t tid = thread->tid, pid = thread->pid;
	struct thread *child = NULL;
	unsigned long message;
	bool told;
	int err = 0;

	if (!ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message)) {
		told = !tasks__thread(tasks, (pid_t)message);
		child = tasks__add_thread(tasks, (pid_t)message, 0);
		thread = tasks__thread(tasks, tid);
		if (!child)
			return -ENOMEM;
		if (told)
			child->state = THREAD_BORN;
		child->pid = child->tid;
		if (event == PTRACE_EVENT_CLONE && kinship_is_thread(pid, child->tid))
			child->pid = pid;
		else
			err = tracer_add_child(tracer, thread, child, event == PTRACE_EVENT_VFORK);
		if (!err && !told)
			tracer_settle(tracer, child);
		/* The entry of a released one was taken by another. */
		thread = tasks__thread(tasks, tid);
	}
	if (thread)
		tracer_go_on(tracer, thread, 0);
	return err;
}

void tracer_on_first_stop(struct tracer *tracer, struct thread *thread)
{
	/* Not announced yet: its parent's event is on its way and settles it. */
	if (!thread->pid)
		thread->state = THREAD_UNTOLD;
	else
		tracer_settle(tracer, thread);
}
