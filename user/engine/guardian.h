/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Without uprobes a stop point is a breakpoint in the command's own code. A forked guardian owns
 * it: when pagewatch dies, be it by SIGKILL, the guardian writes the code back and lets the
 * command run on. When the guardian dies, pagewatch does.
 */
#ifndef ENGINE_GUARDIAN_H
#define ENGINE_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine/breakpoint.h"

struct engine;
struct traced;

/* pagewatch's side of it. */
struct guardian {
	int link;      /* to the other side, -1: there is none */
	pid_t pid;     /* 0: none was started */
	bool told_end; /* the command's status has come */
	pid_t held;    /* the process that stands still for us; 0: none */
	bool held_in_time;
	pid_t armed_pid; /* whose breakpoint it is */
	struct breakpoint armed;
};

/*
 * Forks the guardian, which calls spawn (in itself) to fork the command and traces it. Returns
 * the command's pid or -errno. close_fds, ended by -1, are of no use to the guardian itself.
 */
pid_t guardian_start(struct engine *engine, pid_t (*spawn)(void *ctx), void *ctx,
		     const int *close_fds);

/* Reads what the guardian has to say. 0 or -errno. */
int guardian_read(struct engine *engine);

/* Lets the held process go on. */
int guardian_release(struct engine *engine);

/* In the guardian: a breakpoint of process was inserted. 0 or -errno. */
int guardian_tell_armed(struct engine *engine, const struct traced *process);

/* The command ended, or is left to itself. */
void guardian_end(struct engine *engine);

#endif
