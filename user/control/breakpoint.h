/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One trap in the code of a ptraced process, by PTRACE_POKETEXT. */
#ifndef CONTROL_BREAKPOINT_H
#define CONTROL_BREAKPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct breakpoint {
	uint64_t address; /* 0: never armed */
	uint64_t code;	  /* the machine word that was at address */
	bool inserted;
};

/*
 * tid is in a ptrace stop of ours; code is the machine word that the file has there. 0 or -errno;
 * -EBUSY: memory has another word, so somebody's breakpoint is there already; -EOPNOTSUPP: not on
 * this architecture.
 */
int breakpoint_insert(pid_t tid, uint64_t address, uint64_t code, struct breakpoint *ret);
void breakpoint_remove(pid_t tid, struct breakpoint *breakpoint);

/*
 * Writes the code back through an open /proc/PID/mem of a process that nobody traces. 1, 0: it is
 * not there, or -errno.
 */
int breakpoint_remove_from(int mem_fd, const struct breakpoint *breakpoint);

/*
 * Whether the thread has just run into it, even if it was removed since. The thread is then set
 * back, to run the original code.
 */
bool breakpoint_was_hit(pid_t tid, const struct breakpoint *breakpoint);

#endif
