/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * ptrace, only ever by PTRACE_SEIZE: who traces is pagewatch itself, or, where a breakpoint in
 * the code is needed, its guardian. For the files of engine/ alone.
 */
#ifndef ENGINE_TRACER_H
#define ENGINE_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/elf/elf_usdt.h"
#include "engine/breakpoint.h"

struct engine;

/* A thread that we ptrace. */
struct tracee {
	pid_t tid;
	pid_t pid;	    /* its process; 0 until the event that made it tells */
	bool fresh;	    /* not seen to stop for the first time, nor seized by its pid */
	bool stopped;	    /* in a ptrace stop that we have not ended */
	bool at_checkpoint; /* stopped there, and not reported yet */
	bool exiting;	    /* at or past PTRACE_EVENT_EXIT */
	int resume_signal;  /* what to deliver when it goes on */
};

enum stop_phase {
	STOP_NONE,	/* no breakpoint: only the ptrace exit event is left */
	STOP_AT_LOADER, /* waiting for ld.so's word that it has mapped libraries, for their heap */
	STOP_AT_ENTRY,	/* waiting for ld.so to have mapped the libraries */
	STOP_AT_END,	/* waiting for Py_FinalizeEx or exit */
	STOP_AT_CHECKPOINT, /* attached: whenever a thread reaches one */
	STOP_DONE,	    /* the last chance was given */
};

/* A process that we ptrace. */
struct traced {
	pid_t pid;
	enum stop_phase phase;
	unsigned int loader_stops;	    /* so far */
	int stop_id;			    /* of faults__arm_stop, -1 when none is armed */
	char arguments[ELF_USDT_ARGUMENTS]; /* STOP_AT_CHECKPOINT: how the probe passes the name */
	struct breakpoint breakpoint;
	bool borrows; /* a vfork child: its memory is its parent's until it executes a program */
	bool holding; /* all threads are to stand still for the last snapshot */
	bool in_time; /* the hold is at a stop point, not at the exit event */
	bool frozen;  /* all threads are to stand still for any snapshot, as long as it lasts */
};

struct tracer {
	struct tracee *tracees;
	size_t tracee_count;
	size_t tracee_capacity;
	struct traced *processes;
	size_t process_count;
	size_t process_capacity;
	bool leaving; /* each process is let go as soon as all of it stands still */
};

/* tracer.c */
int tracer_seize(struct engine *engine, pid_t pid);
int tracer_reap(struct engine *engine);
/* The process whose every thread stands still, or NULL. */
struct traced *tracer_held(struct engine *engine);
int tracer_release(struct engine *engine, struct traced *process);
/* Whether a process is ours to ptrace already; then these two stop it and let it go on. */
bool tracer_has(struct engine *engine, pid_t pid);
/* 0, or -ETIMEDOUT: some thread does not stop; tracer_thaw is due in either case. */
int tracer_freeze(struct engine *engine, pid_t pid, uint64_t deadline_ns);
void tracer_thaw(struct engine *engine, pid_t pid);
/* Whether the thread stands in a stop for the SIGSTOP of faults__arm_stop. */
bool tracer_is_our_signal(pid_t tid);
void tracer_deinit(struct engine *engine);
void tracer_hold(struct engine *engine, struct traced *process, bool in_time);

/* tracer_tasks.c: the books of threads and processes. Pointers live until the next addition. */
struct tracee *tracer_find_tracee(struct tracer *tracer, pid_t tid);
struct traced *tracer_find_process(struct tracer *tracer, pid_t pid);
struct tracee *tracer_add_tracee(struct tracer *tracer, pid_t tid);
struct traced *tracer_add_process(struct tracer *tracer, pid_t pid);
void tracer_remove(struct engine *engine, pid_t tid);
/* While its process is frozen it stays where it is; number is delivered when that is over. */
void tracer_go_on(struct engine *engine, struct tracee *tracee, int number);
/* A thread stops at an event that tells of a new task, or a new task stops for the first time. */
int tracer_on_new_task(struct engine *engine, struct tracee *tracee, int event);
void tracer_on_first_stop(struct engine *engine, struct tracee *tracee);
/* Lets a process go that stands still, as if it had never been traced. */
void tracer_detach(struct engine *engine, struct traced *process);

/* tracer_leave.c: lets all go, with the signals that they had stopped for. */
void tracer_leave(struct engine *engine);

/* stop_point.c: tid is a thread of the process that stands still. */
void stop_point_arm_start(struct engine *engine, struct traced *process, pid_t tid);
void stop_point_at_loader(struct engine *engine, struct traced *process, pid_t tid);
void stop_point_arm_entry(struct engine *engine, struct traced *process, pid_t tid);
void stop_point_arm_end(struct engine *engine, struct traced *process, pid_t tid);
void stop_point_disarm(struct engine *engine, struct traced *process);

#endif
