/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The guardian's breakpoints, in memory that it shares with pagewatch. If the guardian alone is
 * killed, nobody traces its processes, and a breakpoint would kill the process that hits it.
 */
#ifndef CONTROL_ARMED_H
#define CONTROL_ARMED_H

#include <stddef.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"
#include "control/breakpoint.h"

#define ARMED_MAX 4000

struct armed;

/* Shared with the children of this process from now on. 0 or -ENOMEM. */
int armed__new(struct armed **ret);
void armed__free(struct armed *armed);

/*
 * Called by the guardian: records the process's breakpoint, replacing the previous one. If more
 * than ARMED_MAX processes have one at once, the others are not recorded.
 */
void armed__note(struct armed *armed, pid_t pid, const struct breakpoint *breakpoint);
void armed__forget(struct armed *armed, pid_t pid);

/*
 * Called by pagewatch, which by now is the parent of the guardian's orphans: removes the
 * breakpoints from all its descendants, recorded or born since. One that was not recorded has
 * mostly the same as its parent. Returns from how many; *unknown: how many may have one that was
 * not recorded; *err: 0, or the -errno of one that failed.
 */
size_t armed__take_out(struct armed *armed, struct procfs *procfs, size_t *unknown, int *err);

#endif
