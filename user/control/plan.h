/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a command is stopped, one place after another: where ld.so maps libraries, if allocators
 * must be found before their first call; at the entry point, after libraries are mapped; and at its
 * end, for the last snapshot.
 */
#ifndef CONTROL_PLAN_H
#define CONTROL_PLAN_H

#include <stdbool.h>

#include "control/tracer.h"

struct plan {
	struct procfs *procfs; /* borrowed */
	struct tracer *tracer; /* borrowed */
	const char *stop_at;   /* BINARY:SYMBOL or SYMBOL; NULL: the usual end; borrowed */
	bool wants_looks;      /* call ask at each place but the last */
	void *ctx;
	/*
	 * The process stands still and should be examined; plan__answer must follow. 0 or -errno.
	 */
	int (*ask)(void *ctx, pid_t pid);
	/* A stop point was armed. */
	void (*armed)(void *ctx, const struct process *process);
};

/* The owner's callbacks of struct tracer_owner; ctx is the plan. */
enum tracer_answer plan__on_exec(void *plan, struct process *process, pid_t tid);
enum tracer_answer plan__on_stop_point(void *plan, struct process *process, pid_t tid);
void plan__on_child(void *plan, struct process *process, pid_t tid);

/* The answer to ask. found: only the entry point needs another examination. */
void plan__answer(struct plan *plan, pid_t pid, bool found);

#endif
