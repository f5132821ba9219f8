/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch's side of the process that traces its command; see guard.h. */
#ifndef CONTROL_GUARDIAN_H
#define CONTROL_GUARDIAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"
#include "control/guard.h"
#include "control/last_stop.h"

struct guardian;

struct guardian_owner {
	void *ctx;
	/*
	 * The process stands still where allocators can be looked for. Returns whether one was
	 * found.
	 */
	bool (*look)(void *ctx, pid_t pid);
};

/*
 * Forks the guardian, which calls options->spawn and traces the result; makes the link. 0 or
 * -errno; a command that cannot be traced runs all the same.
 */
int guardian__start(const struct guard_options *options, const struct guardian_owner *owner,
		    struct procfs *procfs, struct guardian **ret);
/* Releases the command if it lives. */
void guardian__free(struct guardian *guardian);

pid_t guardian__command(const struct guardian *guardian);
/* -1 once it has ended. */
int guardian__fd(const struct guardian *guardian);

/* Reads its words without waiting. 0 or -errno. */
int guardian__read(struct guardian *guardian);

/* A child of ours was reaped: the command becomes our child when the guardian is killed. */
void guardian__on_end(struct guardian *guardian, pid_t pid, int wait_status);

/* The process held for its last snapshot; 0: none. */
pid_t guardian__held(const struct guardian *guardian);
int guardian__release(struct guardian *guardian);

/*
 * 0: it stands still until thaw. -ESRCH: not one of its processes, -ETIMEDOUT, or another -errno.
 */
int guardian__freeze(struct guardian *guardian, pid_t pid);
void guardian__thaw(struct guardian *guardian, pid_t pid);

/* Whether the command has ended, and how. */
bool guardian__ended(const struct guardian *guardian, int *wait_status);
/* How the command was held for its last snapshot. */
enum last_stop guardian__last_stop(const struct guardian *guardian);
/* Processes that were released before we were finished with them. */
uint64_t guardian__overdue(const struct guardian *guardian);

#endif
