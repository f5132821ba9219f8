/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A process made by vfork or with CLONE_VM runs in its parent's memory, and so through its parent's
 * breakpoint. A vfork child is left alone, and the breakpoint is out meanwhile: the child may want
 * its own tracer. Any other process is traced and steps over the breakpoint.
 */
#include <signal.h>
#include <sys/ptrace.h>

#include "control/tracer_priv.h"

struct process *tracer_lender(const struct tracer *tracer, struct process *process)
{
	return process && process->lender ? tasks__process(&tracer->tasks, process->lender)
					  : process;
}

void tracer_suspend_stop(struct tracer *tracer, struct process *process, pid_t tid)
{
	const struct stopper *stopper = &tracer->options.stopper;

	if (!process->stop.armed || !stopper->in_memory)
		return;
	stopper->disarm(stopper, tid, &process->stop);
	process->stop_suspended = true;
}

static void tracer_restore_stop(struct tracer *tracer, struct process *process, pid_t tid)
{
	if (process->stop_suspended && !process->vforks && !process->leaving)
		process->stop_suspended = tracer->options.stopper.rearm(tid, &process->stop) != 0;
}

void tracer_step_over(struct tracer *tracer, struct thread *thread, struct process *lender)
{
	tracer_suspend_stop(tracer, lender, thread->tid);
	thread->state = THREAD_STEPS;
	ptrace(PTRACE_SINGLESTEP, thread->tid, NULL, NULL);
}

void tracer_step_ended(struct tracer *tracer, struct thread *thread)
{
	struct process *lender = tracer_lender(tracer, tasks__process(&tracer->tasks, thread->pid));

	thread->state = THREAD_STANDS;
	if (lender)
		tracer_restore_stop(tracer, lender, thread->tid);
}

void tracer_vfork_begun(struct tracer *tracer, struct thread *thread)
{
	struct process *lender = tracer_lender(tracer, tasks__process(&tracer->tasks, thread->pid));

	if (!lender)
		return;
	thread->vforked = true;
	lender->vforks++;
	tracer_suspend_stop(tracer, lender, thread->tid);
}

void tracer_vfork_ended(struct tracer *tracer, struct thread *thread)
{
	struct process *lender = tracer_lender(tracer, tasks__process(&tracer->tasks, thread->pid));

	if (!thread->vforked || !lender)
		return;
	thread->vforked = false;
	lender->vforks -= lender->vforks > 0;
	tracer_restore_stop(tracer, lender, thread->tid);
}
