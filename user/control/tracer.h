/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * ptrace, only ever by PTRACE_SEIZE: when the tracer dies the kernel lets every tracee run on
 * (ptrace(2)). What becomes of a process is the owner's to say, by its answers.
 */
#ifndef CONTROL_TRACER_H
#define CONTROL_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"
#include "control/tasks.h"

struct tracer;

enum tracer_answer {
	TRACER_GO_ON,
	TRACER_KEEP, /* the thread stands until tracer__resume */
	TRACER_HOLD, /* all of its process stands until tracer__release */
};

/* Each is called while tid stands still; process is valid for the call. All but ctx may be NULL. */
struct tracer_owner {
	void *ctx;
	/* The process executes a program: tid is all that is left of it. No TRACER_HOLD. */
	enum tracer_answer (*on_exec)(void *ctx, struct process *process, pid_t tid);
	enum tracer_answer (*on_stop_point)(void *ctx, struct process *process, pid_t tid);
	/* A child that is followed was born, with the stop point of its maker. */
	void (*on_child)(void *ctx, struct process *process, pid_t tid);
	/* A child of ours, traced or not, was waited for. */
	void (*on_end)(void *ctx, pid_t pid, int wait_status);
};

struct tracer_options {
	struct stopper stopper;
	struct tracer_owner owner;
	bool follow_children;
};

/* 0 or -ENOMEM. */
int tracer__new(const struct tracer_options *options, struct tracer **ret);
/* Ends what is traced as tracer__leave does, but waits for it: at most half a second. */
void tracer__free(struct tracer *tracer);

/*
 * Traces a process that is about to execute a program, with its children and all that happens
 * to it: it is held at its exit at the latest. 0 or -errno.
 */
int tracer__seize(struct tracer *tracer, pid_t pid);

/*
 * Traces all threads of a process that runs already, and those that it makes. 0 or -errno; then
 * tracer__leave is due. *failed: the thread that could not be had.
 */
int tracer__attach(struct tracer *tracer, const struct proc *proc, pid_t *failed);

/* Arms the process's stop point. tid stands still, or is 0 where the stopper needs none. */
int tracer__arm(struct tracer *tracer, pid_t pid, pid_t tid, const struct stop_place *place);

/* Takes it out again, where there is one. */
void tracer__disarm(struct tracer *tracer, pid_t pid, pid_t tid);

/* Takes in what has happened; SIGCHLD tells when. 0 or -ENOMEM. */
int tracer__reap(struct tracer *tracer);

/* The process whose every thread stands for a hold; NULL: none. release lets it go on. */
const struct process *tracer__held(const struct tracer *tracer);
void tracer__release(struct tracer *tracer, pid_t pid);

/* The thread that an owner has kept in this process; 0: none. resume lets it go on. */
pid_t tracer__kept(const struct tracer *tracer, pid_t pid);
void tracer__resume(struct tracer *tracer, pid_t tid);

/* Its threads are to stand: they do once tracer__is_still says so. thaw takes it back. */
void tracer__freeze(struct tracer *tracer, pid_t pid);
bool tracer__is_still(const struct tracer *tracer, pid_t pid);
void tracer__thaw(struct tracer *tracer, pid_t pid);

/*
 * Every way out: the stop point is taken out, every thread brought to a stop, and let go with the
 * signal that it had stopped for (none only where that was our own). Returns at once;
 * tracer__reap ends it. tracer__leave_all: the same of all there are and will be.
 */
void tracer__leave(struct tracer *tracer, pid_t pid);
void tracer__leave_all(struct tracer *tracer);

/* NULL: not traced. */
struct process *tracer__process(const struct tracer *tracer, pid_t pid);
/* Of this process, traced. */
size_t tracer__threads(const struct tracer *tracer, pid_t pid);
/* Whether a signal of somebody else's has stopped it. */
bool tracer__is_stopped_by_others(const struct tracer *tracer, pid_t pid);

size_t tracer__count(const struct tracer *tracer);
struct process *tracer__process_at(const struct tracer *tracer, size_t index);

#endif
