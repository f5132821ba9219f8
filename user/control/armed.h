/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The guardian's breakpoints, in memory that it shares with pagewatch: when the guardian alone is
 * killed nobody traces its processes any more, and a breakpoint would kill the one that hits it.
 */
#ifndef CONTROL_ARMED_H
#define CONTROL_ARMED_H

#include <stddef.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"
#include "control/breakpoint.h"

struct armed;

/* Shared with the children of this process from now on. 0 or -ENOMEM. */
int armed__new(struct armed **ret);
void armed__free(struct armed *armed);

/*
 * Of the guardian: the process's breakpoint, in place of the one before. Of more processes than
 * fit at once (4,000) the rest is not noted, and not saved.
 */
void armed__note(struct armed *armed, pid_t pid, const struct breakpoint *breakpoint);
void armed__forget(struct armed *armed, pid_t pid);

/*
 * Of pagewatch, which has the guardian's orphans as its own children by now: takes the breakpoints
 * out of all its descendants, noted or born since. Returns from how many; *err: 0, or -errno of
 * one that it could not do.
 */
size_t armed__take_out(struct armed *armed, struct procfs *procfs, int *err);

#endif
