/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Starts a command so that none of it runs before it is watched. */
#ifndef CONTROL_LAUNCH_H
#define CONTROL_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "control/checkpoints.h"
#include "control/control.h"
#include "control/guardian.h"

struct launch {
	const struct launch_options *options;
	const sigset_t *mask;		       /* signal mask of the command */
	const struct rlimit *files;	       /* its RLIMIT_NOFILE; NULL: ours */
	const struct checkpoints *checkpoints; /* it inherits their socket */
	const struct guard_options *guard;     /* all but spawn, ctx and link */
	const struct guardian_owner *owner;
	struct procfs *procfs;
	/* The command is held before its exec. 0 or -errno. */
	int (*prepare)(void *ctx, pid_t pid);
	void *ctx;
};

/*
 * 0, or -errno of its exec (-ENOENT, -EACCES, ...) or of our own failure: *exec_failed says which.
 * If *ret is not NULL, the caller frees it in either case.
 */
int launch_command(const struct launch *launch, struct guardian **ret, bool *exec_failed);

#endif
