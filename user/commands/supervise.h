/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A command of ours from its start to its end: signals are passed on, it is looked at before it
 * gives its memory back, and goes on from each checkpoint.
 */
#ifndef COMMANDS_SUPERVISE_H
#define COMMANDS_SUPERVISE_H

#include <stdint.h>

#include "engine/engine.h"

struct supervisor {
	struct engine *engine;
	/*
	 * A process stands at a checkpoint: name (untrusted) is valid during the call. 0: a
	 * snapshot was taken, > 0: none was, or -errno, which ends the supervision. NULL: all
	 * checkpoints are passed.
	 */
	int (*checkpoint)(void *ctx, const char *name, uint32_t pid);
	void *ctx;
};

/*
 * The next thing that happens to a launched command, and what is to be done about it.
 * 0 or -errno; *ret is ENGINE_ENDED when there is nothing more to wait for.
 */
int supervise_next(const struct supervisor *supervisor, enum engine_event *ret);

/*
 * Until the launched command has ended; it was launched before. *status: its exit status, 128+N
 * for signal N. 0 or -errno.
 */
int supervise(const struct supervisor *supervisor, int *status);

#endif
