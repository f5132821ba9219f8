/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Threads by the ids that the target itself sees. */
#ifndef COLLECT_PROC_THREAD_H
#define COLLECT_PROC_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/proc/procfs.h"

/*
 * Whether a thread of the process has that id in the process's own pid namespace (the last
 * number of NSpid, Documentation/filesystems/proc.rst). 0, -ESRCH or another -errno.
 */
int proc__has_thread(const struct proc *proc, uint32_t tid, bool *ret);

/* That last number; if status has no NSpid line, the number in the line Pid. 0 or -EBADMSG. */
int proc_status_inner_pid(const char *status, uint32_t *ret);

#endif
