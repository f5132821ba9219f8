/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The traced threads and their processes. Pointers are valid until the next addition. */
#ifndef CONTROL_TASKS_H
#define CONTROL_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/stopper.h"

/* The state of a traced thread. */
enum thread_state {
	THREAD_RUNS,	  /* or is just about to stop */
	THREAD_BORN,	  /* its parent's event has announced it; its first stop is to come */
	THREAD_UNTOLD,	  /* in its first stop; its parent's event is to come */
	THREAD_STANDS,	  /* stopped, waiting for us */
	THREAD_AT_POINT,  /* at a stop point for as long as the tracer's owner wants */
	THREAD_LISTENS,	  /* stopped by somebody else's signal */
	THREAD_STEPS,	  /* single-steps over a stop point that is not meant for its process */
	THREAD_AT_EXIT,	  /* in its exit event, its memory still complete */
	THREAD_PAST_EXIT, /* only its end is still to come */
};

struct thread {
	pid_t tid;
	pid_t pid; /* its process; 0 while THREAD_UNTOLD */
	enum thread_state state;
	int signal;   /* THREAD_STANDS: delivered when it goes on; 0: none */
	bool at_stop; /* its next instruction is at its process's stop point */
	bool vforked; /* its vfork child runs in its memory until an exec, and it waits for that */
};

struct process {
	pid_t pid;
	pid_t lender; /* the process in whose memory it runs until its exec; 0: its own */
	struct stop stop;
	bool passed_end;     /* the last hold is over: it is not stopped again */
	bool held;	     /* all threads stand still until tracer__release */
	bool in_time;	     /* the hold is at a stop point, not at the exit event */
	bool frozen;	     /* all threads stand still until tracer__thaw */
	bool stays_traced;   /* even when it is no longer frozen */
	bool leaving;	     /* each thread is released as soon as it stops */
	unsigned int vforks; /* vforks in progress, during which the stop point is out */
	bool stop_suspended; /* out for that reason, to be put back */
	int plan;	     /* used by the owner, as are all below */
	int plan_error;	     /* result of setting its last stop point: 0 or -errno */
	unsigned int visits;
	uint64_t waiting_since_ns; /* for somebody who examines it; 0: it does not wait */
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

/* NULL: none. */
struct thread *tasks__thread(const struct tasks *tasks, pid_t tid);
struct process *tasks__process(const struct tasks *tasks, pid_t pid);
/* The new thread in THREAD_RUNS, or the existing one; NULL: no memory. */
struct thread *tasks__add_thread(struct tasks *tasks, pid_t tid, pid_t pid);
struct process *tasks__add_process(struct tasks *tasks, pid_t pid);
/* The last entry moves into the gap. */
void tasks__remove_thread(struct tasks *tasks, struct thread *thread);
void tasks__remove_process(struct tasks *tasks, struct process *process);

/* A thread of the process in a stop that ptrace can work on; NULL: none. */
struct thread *tasks__standing(const struct tasks *tasks, pid_t pid);
/* Whether no thread of it runs or can start to run. */
bool tasks__is_still(const struct tasks *tasks, pid_t pid);
/* Whether every other thread of its process is at its exit, or past it. */
bool tasks__is_last(const struct tasks *tasks, const struct thread *thread);
size_t tasks__threads_of(const struct tasks *tasks, pid_t pid);

/* Whether it is in a stop that we can end. */
bool thread_stands(const struct thread *thread);

#endif
