/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Signals of our stop points: the kernel sends them to one thread, with SI_KERNEL. */
#ifndef CONTROL_OWN_SIGNAL_H
#define CONTROL_OWN_SIGNAL_H

#include <stdbool.h>
#include <sys/types.h>

/* tid is in a ptrace stop of ours, before a signal: did the kernel send it? */
bool own_signal_is_next(pid_t tid);

/* tid is in a ptrace stop of ours: is such a signal with this number pending for it? */
bool own_signal_is_pending(pid_t tid, int number);

#endif
