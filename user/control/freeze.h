/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * All threads of a process that nobody traces stand still for a moment. When we die the kernel
 * detaches and it runs on (ptrace(2)), a signal on its way is handed on, and a process that was
 * stopped by a signal stays so.
 */
#ifndef CONTROL_FREEZE_H
#define CONTROL_FREEZE_H

#include "control/tracer.h"

/*
 * 0: it stands until freeze_end, which is due in either case. -EPERM: it cannot be had,
 * -ETIMEDOUT: a thread does not stop; *why tells in words. Or another -errno. A process that the
 * tracer has already stays traced.
 */
int freeze_begin(struct tracer *tracer, const struct proc *proc, const char **why);
void freeze_end(struct tracer *tracer, pid_t pid);

#endif
