/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a command is stopped, one place after the other: where ld.so maps libraries, when somebody
 * has to look for allocators before their first call; at the entry point, when libraries are
 * mapped; and at its end, for the last snapshot.
 */
#ifndef CONTROL_PLAN_H
#define CONTROL_PLAN_H

#include <stdbool.h>

#include "control/tracer.h"

struct plan {
	struct procfs *procfs; /* borrowed */
	struct tracer *tracer; /* borrowed */
	const char *stop_at;   /* BINARY:SYMBOL or SYMBOL; NULL: the usual end; borrowed */
	bool wants_looks;      /* ask is to be called before each place but the last */
	void *ctx;
	/* Somebody is to look at the process, which stands; plan__answer is due. 0 or -errno. */
	int (*ask)(void *ctx, pid_t pid);
	/* A stop point was armed. */
	void (*armed)(void *ctx, const struct process *process);
};

/* The owner's calls of struct tracer_owner, ctx: the plan. */
enum tracer_answer plan__on_exec(void *plan, struct process *process, pid_t tid);
enum tracer_answer plan__on_stop_point(void *plan, struct process *process, pid_t tid);
void plan__on_child(void *plan, struct process *process, pid_t tid);

/* The answer to an ask: found: no look is needed any more but the one at the entry point. */
void plan__answer(struct plan *plan, pid_t pid, bool found);

#endif
