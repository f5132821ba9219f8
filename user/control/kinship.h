/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a new task shares with the one that made it: clone's flags are not told. */
#ifndef CONTROL_KINSHIP_H
#define CONTROL_KINSHIP_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether tid is a thread of process pid. */
bool kinship_is_thread(pid_t pid, pid_t tid);

/*
 * Whether a process that was made by fork, vfork or clone runs in the memory of its maker: both
 * are ptraced by us. Where the kernel does not tell (no kcmp), what vfork usually does.
 */
bool kinship_shares_memory(pid_t maker, pid_t child, bool vforked);

#endif
