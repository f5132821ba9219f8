/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How much of a process's page tables is read at a time. The kernel holds the target's mmap lock
 * meanwhile, and who wants to map or unmap waits. So a call is as large as what the last ones took
 * of time allows, and once the lock was held for long enough it is left alone: a reader that comes
 * back at once takes it again before the kernel has woken a waiting writer
 * (kernel/locking/rwsem.c, lock stealing), however small its calls are.
 */
#ifndef COLLECT_SCAN_PACE_H
#define COLLECT_SCAN_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct scan_pace {
	uint64_t pages;	  /* populated ones a call, at most */
	uint64_t tables;  /* page tables a call, at most, there or not */
	uint64_t held_ns; /* by calls since the lock was last left alone */
	uint64_t last_ns; /* CLOCK_MONOTONIC, when the last one returned */
};

void scan_pace__init(struct scan_pace *pace);

/* Before a call that takes the lock: leaves the lock alone if that is due. Returns the time, ns. */
uint64_t scan_pace__begin(struct scan_pace *pace);

/* After it. begin_ns: what scan_pace__begin returned. Returns how long the call took, in ns. */
uint64_t scan_pace__end(struct scan_pace *pace, uint64_t begin_ns);

/* A call that was as large as pages or tables allowed took so long. */
void scan_pace__adapt(struct scan_pace *pace, uint64_t took_ns);

/* Is it time to leave the lock alone, now_ns being CLOCK_MONOTONIC? */
bool scan_pace__rest_is_due(struct scan_pace *pace, uint64_t now_ns);

#endif
