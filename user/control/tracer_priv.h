/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the tracer share: nobody else includes it. Each calls those above it only. */
#ifndef CONTROL_TRACER_PRIV_H
#define CONTROL_TRACER_PRIV_H

#include "control/tracer.h"

struct tracer {
	struct tracer_options options;
	struct tasks tasks;
	bool leaving; /* whoever is born is to be let go */
};

/* tracer_resume.c */

/*
 * The thread stands: it goes on with signal number once its process is not to stand, or is let
 * go for good where its process is left. Then the thread, and its process with its last one, are
 * forgotten.
 */
void tracer_go_on(struct tracer *tracer, struct thread *thread, int number);
/* The same for all of a process that stand, but those that their owner keeps. */
void tracer_go_on_all(struct tracer *tracer, pid_t pid);
/* Brings what runs of the process to a stop: it comes in by tracer__reap. */
void tracer_interrupt(struct tracer *tracer, pid_t pid);
void tracer_hold(struct tracer *tracer, struct process *process, bool in_time);
void tracer_begin_leaving(struct tracer *tracer, struct process *process);

/* tracer_borrow.c: a stop point in memory that another process runs in as well. */

/* The process whose stop point stands in the memory that this one runs in. */
struct process *tracer_lender(const struct tracer *tracer, struct process *process);
/* Takes it out, to be put back when nobody needs it out any more; tid stands in that memory. */
void tracer_suspend_stop(struct tracer *tracer, struct process *process, pid_t tid);
/* A borrower has hit it: it runs the one instruction, then comes back to tracer_step_ended. */
void tracer_step_over(struct tracer *tracer, struct thread *thread, struct process *lender);
void tracer_step_ended(struct tracer *tracer, struct thread *thread);
/* thread has made a vfork child in its memory; the child has let go of it. */
void tracer_vfork_begun(struct tracer *tracer, struct thread *thread);
void tracer_vfork_ended(struct tracer *tracer, struct thread *thread);

/* tracer_birth.c: a thread stops at an event that tells of a new task; a new task's first stop. */
int tracer_on_birth(struct tracer *tracer, struct thread *thread, int event);
void tracer_on_first_stop(struct tracer *tracer, struct thread *thread);

/* tracer_stops.c: 0 or -ENOMEM. */
int tracer_on_stop(struct tracer *tracer, pid_t tid, int wait_status);
void tracer_on_end(struct tracer *tracer, pid_t tid);

#endif
