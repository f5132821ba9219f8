/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a new task shares with its parent: ptrace does not report the flags of clone. */
#ifndef CONTROL_KINSHIP_H
#define CONTROL_KINSHIP_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether tid is a thread of process pid. */
bool kinship_is_thread(pid_t pid, pid_t tid);

/*
 * Whether a process made by fork, vfork or clone runs in the memory of its parent; we ptrace both.
 * If the kernel cannot tell (no kcmp), the usual case for vfork.
 */
bool kinship_shares_memory(pid_t maker, pid_t child, bool vforked);

#endif
