/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * ptrace, always by PTRACE_SEIZE: if the tracer dies, the kernel lets every tracee run on
 * (ptrace(2)). The owner's answers decide what happens to a process.
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
	TRACER_KEEP, /* the thread stands still until tracer__resume */
	TRACER_HOLD, /* its whole process stands still until tracer__release */
};

/*
 * Each is called while tid stands still; process is valid during the call. All except ctx may be
 * NULL.
 */
struct tracer_owner {
	void *ctx;
	/* The process executes a program: only tid is left of it. Not TRACER_HOLD. */
	enum tracer_answer (*on_exec)(void *ctx, struct process *process, pid_t tid);
	enum tracer_answer (*on_stop_point)(void *ctx, struct process *process, pid_t tid);
	/* A followed child was born, with the stop point of its parent. */
	void (*on_child)(void *ctx, struct process *process, pid_t tid);
	/* A child of ours, traced or not, was reaped. */
	void (*on_end)(void *ctx, pid_t pid, int wait_status);
};

struct tracer_options {
	struct stopper stopper;
	struct tracer_owner owner;
	bool follow_children;
};

/* 0 or -ENOMEM. */
int tracer__new(const struct tracer_options *options, struct tracer **ret);
/* Releases what is traced as tracer__leave does, but waits for it: at most half a second. */
void tracer__free(struct tracer *tracer);

/*
 * Traces a process that is about to execute a program, with its children, until its end: it is held
 * at its exit at the latest. 0 or -errno.
 */
int tracer__seize(struct tracer *tracer, pid_t pid);

/*
 * Traces all threads of a running process, and those that it creates. 0 or -errno; in either case
 * tracer__leave must be called. *failed: the thread that could not be traced.
 */
int tracer__attach(struct tracer *tracer, const struct proc *proc, pid_t *failed);

/* Arms the process's stop point. tid stands still, or is 0 if the stopper needs none. */
int tracer__arm(struct tracer *tracer, pid_t pid, pid_t tid, const struct stop_place *place);

/* Disarms it, if there is one. */
void tracer__disarm(struct tracer *tracer, pid_t pid, pid_t tid);

/* Handles pending events; SIGCHLD announces them. 0 or -ENOMEM. */
int tracer__reap(struct tracer *tracer);

/* The process all of whose threads stand still for a hold; NULL: none. release lets it go on. */
const struct process *tracer__held(const struct tracer *tracer);
void tracer__release(struct tracer *tracer, pid_t pid);

/* The thread of this process that an owner keeps; 0: none. resume lets it go on. */
pid_t tracer__kept(const struct tracer *tracer, pid_t pid);
void tracer__resume(struct tracer *tracer, pid_t tid);

/* Stops its threads; tracer__is_still says when all stand still. thaw undoes it. */
void tracer__freeze(struct tracer *tracer, pid_t pid);
bool tracer__is_still(const struct tracer *tracer, pid_t pid);
void tracer__thaw(struct tracer *tracer, pid_t pid);

/*
 * Every way out: disarms, stops every thread, and releases each with the signal that it had stopped
 * for (unless that was our own). Returns at once; tracer__reap completes it. tracer__leave_all does
 * the same for all present and future processes.
 */
void tracer__leave(struct tracer *tracer, pid_t pid);
void tracer__leave_all(struct tracer *tracer);

/* NULL: not traced. */
struct process *tracer__process(const struct tracer *tracer, pid_t pid);
/* Number of its traced threads. */
size_t tracer__threads(const struct tracer *tracer, pid_t pid);
/* Whether somebody else's signal has stopped it. */
bool tracer__is_stopped_by_others(const struct tracer *tracer, pid_t pid);

size_t tracer__count(const struct tracer *tracer);
struct process *tracer__process_at(const struct tracer *tracer, size_t index);

#endif
