/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A command of ours from its start to its end: signals are passed on, it is looked at before it
 * gives its memory back, and goes on from each checkpoint. Or a process that runs already, from
 * checkpoint to checkpoint.
 */
#ifndef COMMANDS_SUPERVISE_H
#define COMMANDS_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

struct supervisor {
	struct engine *engine;
	/*
	 * A process waits at a checkpoint; name (untrusted) is valid during the call. 0: a snapshot
	 * was taken, > 0: none was, or -errno, which ends the supervision. NULL: ignore all
	 * checkpoints.
	 */
	int (*checkpoint)(void *ctx, const char *name, uint32_t pid);
	/*
	 * Of a process that runs already: whether nothing more is to come; a signal to us ends the
	 * supervision as well. NULL: a command, to its end; signals are meant for it.
	 */
	bool (*is_enough)(void *ctx);
	void *ctx;
};

/* Until its end; the process was attached, the command launched before. 0 or -errno. */
int supervise(const struct supervisor *supervisor);

/* The same of a command. *status: its exit status, 128+N for signal N. 0 or -errno. */
int supervise_command(const struct supervisor *supervisor, int *status);

#endif
