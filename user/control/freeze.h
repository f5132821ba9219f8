/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Stops all threads of an untraced process for a moment. If we die, the kernel detaches and the
 * process runs on (ptrace(2)). A signal on its way is delivered later. A process that was stopped
 * by a signal stays stopped.
 */
#ifndef CONTROL_FREEZE_H
#define CONTROL_FREEZE_H

#include "control/tracer.h"

/*
 * 0: it stands still until freeze_end, which must be called in either case. -EACCES: we may not;
 * -EPERM: not possible, -ETIMEDOUT: a thread does not stop (*why: in words), or another -errno. A
 * process that the tracer already traces stays traced.
 */
int freeze_begin(struct tracer *tracer, const struct proc *proc, const char **why);
void freeze_end(struct tracer *tracer, pid_t pid);

#endif
