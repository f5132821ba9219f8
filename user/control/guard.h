/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The guardian itself: a process that forks the command, traces it, and owns the breakpoints in it.
 * When pagewatch dies, even by SIGKILL, it removes them and lets everything run on.
 */
#ifndef CONTROL_GUARD_H
#define CONTROL_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/armed.h"

struct guard_options {
	int link;	     /* to pagewatch */
	struct armed *armed; /* shared with it */
	/*
	 * Forks the command: its pid or -errno. The child closes link: while it has our end,
	 * pagewatch would not notice our death.
	 */
	pid_t (*spawn)(void *ctx, int link);
	void *ctx;
	const char *proc_root;
	bool follow_children;
	const char *stop_at; /* see struct plan */
	bool wants_looks;    /* the same */
	uint64_t hold_ns;    /* longest time that a process waits for pagewatch; 0: no limit */
};

/* Exits the process: with the command's status, if nobody else got it. */
void guard_run(const struct guard_options *options) __attribute__((noreturn));

#endif
