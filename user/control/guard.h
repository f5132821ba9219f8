/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The guardian's own side: a process that has forked the command, traces it, and owns the
 * breakpoints in it. When pagewatch dies, be it by SIGKILL, it takes them out and lets all run on.
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
	 * pagewatch does not hear of ours.
	 */
	pid_t (*spawn)(void *ctx, int link);
	void *ctx;
	const char *proc_root;
	bool follow_children;
	const char *stop_at; /* see struct plan */
	bool wants_looks;    /* the same */
	uint64_t hold_ns;    /* a process is let go when pagewatch lets it wait longer; 0: never */
};

/* Ends with its process: as the command did, where nobody else has heard of that. */
void guard_run(const struct guard_options *options) __attribute__((noreturn));

#endif
