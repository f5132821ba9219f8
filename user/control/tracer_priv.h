/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files of the tracer share; nobody else includes it. Each file calls only those listed
 * above it.
 */
#ifndef CONTROL_TRACER_PRIV_H
#define CONTROL_TRACER_PRIV_H

#include "control/tracer.h"

struct tracer {
	struct tracer_options options;
	struct tasks tasks;
	bool leaving; /* release every new task */
};

/* tracer_resume.c */

/*
 * Continues a stopped thread with signal number, once its process need not stand still; releases it
 * for good if its process is being left. Then the thread is forgotten, and its process with its
 * last thread.
 */
void tracer_go_on(struct tracer *tracer, struct thread *thread, int number);
/* The same for all stopped threads of a process, except those that their owner keeps. */
void tracer_go_on_all(struct tracer *tracer, pid_t pid);
/* Stops the running threads of the process; the stops arrive in tracer__reap. */
void tracer_interrupt(struct tracer *tracer, pid_t pid);
void tracer_hold(struct tracer *tracer, struct process *process, bool in_time);
void tracer_begin_leaving(struct tracer *tracer, struct process *process);

/* tracer_borrow.c: a stop point in memory that another process also runs in. */

/* The process whose stop point is in the memory that this one runs in. */
struct process *tracer_lender(const struct tracer *tracer, struct process *process);
/* Takes it out, to be put back when nobody needs it out; tid is stopped in that memory. */
void tracer_suspend_stop(struct tracer *tracer, struct process *process, pid_t tid);
/* A borrower has hit it: it runs the one instruction, then comes back to tracer_step_ended. */
void tracer_step_over(struct tracer *tracer, struct thread *thread, struct process *lender);
void tracer_step_ended(struct tracer *tracer, struct thread *thread);
/* thread has created a vfork child in its memory; the child has left it. */
void tracer_vfork_begun(struct tracer *tracer, struct thread *thread);
void tracer_vfork_ended(struct tracer *tracer, struct thread *thread);

/* tracer_birth.c: a thread stops at an event that announces a new task; a new task's first stop. */
int tracer_on_birth(struct tracer *tracer, struct thread *thread, int event);
void tracer_on_first_stop(struct tracer *tracer, struct thread *thread);

/* tracer_stops.c: 0 or -ENOMEM. */
int tracer_on_stop(struct tracer *tracer, pid_t tid, int wait_status);
void tracer_on_end(struct tracer *tracer, pid_t tid);

#endif
