/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Supervises a command from its start to its end: passes signals on, takes its snapshot before it
 * frees its memory, and lets it go on from each checkpoint. Or a running process, from checkpoint
 * to checkpoint.
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
	 * ENGINE_TICK, ENGINE_POLLED, ENGINE_ASKED. 0, or -errno, which ends the supervision. NULL:
	 * ignore them.
	 */
	int (*event)(void *ctx, enum engine_event event);
	/*
	 * For a running process: returns whether nothing more is needed; a signal to us also ends
	 * the supervision. NULL: a command, until its end; signals are meant for it.
	 */
	bool (*is_enough)(void *ctx);
	void *ctx;
};

/* Until the end; the process was attached, or the command launched, before. 0 or -errno. */
int supervise(const struct supervisor *supervisor);

/* The same for a command. *status: its exit status, 128+N for signal N. 0 or -errno. */
int supervise_command(const struct supervisor *supervisor, int *status);

/* The exit status for a command's wait status. */
int supervise_status(int wait_status);

#endif
