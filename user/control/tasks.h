/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The books of what is traced: threads, and their processes. Pointers live until the next addition. */
#ifndef CONTROL_TASKS_H
#define CONTROL_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/stopper.h"

/* Where a traced thread is. */
enum thread_state {
	THREAD_RUNS,	  /* or is on its way into a stop */
	THREAD_BORN,	  /* its maker's event has told of it; its first stop is to come */
	THREAD_UNTOLD,	  /* stands in its first stop; its maker's event is to come */
	THREAD_STANDS,	  /* goes on with its signal */
	THREAD_AT_POINT,  /* stands at a stop point for as long as the tracer's owner likes */
	THREAD_LISTENS,	  /* stopped by a signal of somebody else's */
	THREAD_STEPS,	  /* runs one instruction: a stop point that is not for its process */
	THREAD_AT_EXIT,	  /* stands in its exit event, its memory whole */
	THREAD_PAST_EXIT, /* not heard of again but for its end */
};

struct thread {
	pid_t tid;
	pid_t pid; /* its process; 0 while THREAD_UNTOLD */
	enum thread_state state;
	int signal;   /* THREAD_STANDS: to be delivered when it goes on; 0: none */
	bool at_stop; /* the next instruction is the one at its process's stop point */
	bool vforked; /* its child runs in its memory until an exec, and it waits for that */
};

struct process {
	pid_t pid;
	pid_t lender; /* in whose memory it runs until it executes a program; 0: its own */
	struct stop stop;
	bool passed_end;     /* the last hold is over: nothing is to be stopped any more */
	bool held;	     /* all threads are to stand still until tracer__release */
	bool in_time;	     /* the hold is at a stop point, not at the exit event */
	bool frozen;	     /* all threads are to stand still until tracer__thaw */
	bool stays_traced;   /* also when it is not frozen any more */
	bool leaving;	     /* each thread is let go as soon as it stands still */
	unsigned int vforks; /* of threads in it, during which the stop point is out */
	bool stop_suspended; /* out for that reason, to be put back */
	int plan;	     /* the owner's, as all below */
	int plan_error;	     /* of setting its last stop point: 0 or -errno */
	unsigned int visits;
	uint64_t waiting_since_ns; /* for somebody who looks at it; 0: it does not */
};

struct tasks {
	struct thread *threads;
	size_t thread_count;
	size_t thread_capacity;
	struct process *processes;
	size_t process_count;
	size_t process_capacity;
};

void tasks__deinit(struct tasks *tasks);

/* NULL: there is none. */
struct thread *tasks__thread(const struct tasks *tasks, pid_t tid);
struct process *tasks__process(const struct tasks *tasks, pid_t pid);
/* The new one, in THREAD_RUNS, or the one that is there; NULL: no memory. */
struct thread *tasks__add_thread(struct tasks *tasks, pid_t tid, pid_t pid);
struct process *tasks__add_process(struct tasks *tasks, pid_t pid);
/* The last of either takes its place. */
void tasks__remove_thread(struct tasks *tasks, struct thread *thread);
void tasks__remove_process(struct tasks *tasks, struct process *process);

/* A thread of the process that stands in a stop that ptrace can work on; NULL: none does. */
struct thread *tasks__standing(const struct tasks *tasks, pid_t pid);
/* Whether no thread of it runs or can come to run. */
bool tasks__is_still(const struct tasks *tasks, pid_t pid);
/* Whether every thread of its process but this is at its exit, or past it. */
bool tasks__is_last(const struct tasks *tasks, const struct thread *thread);
size_t tasks__threads_of(const struct tasks *tasks, pid_t pid);

/* Whether it stands in a stop that ends when we say so. */
bool thread_stands(const struct thread *thread);

#endif
