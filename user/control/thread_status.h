/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef CONTROL_THREAD_STATUS_H
#define CONTROL_THREAD_STATUS_H

#include <stdbool.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"

struct thread_status {
	char state;   /* R, S, T, t, Z ... of proc(5); X: unreadable, the thread is gone */
	pid_t tracer; /* 0: nobody */
};

/* From /proc/PID/task/TID/status. */
struct thread_status thread_status_read(const struct proc *proc, pid_t tid);

static inline bool thread_status_ended(const struct thread_status *status)
{
	return status->state == 'Z' || status->state == 'X';
}

#endif
