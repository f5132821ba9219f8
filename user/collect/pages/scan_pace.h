/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How much of a process's page tables is read at a time. The kernel holds the target's mmap lock
 * meanwhile, and threads that map or unmap wait. So the size of a call follows from how long the
 * last calls took, and after a while the lock is left alone. Small calls alone do not help: a
 * reader that comes back at once takes the lock again before the kernel has woken a waiting writer
 * (kernel/locking/rwsem.c, lock stealing).
 */
#ifndef COLLECT_SCAN_PACE_H
#define COLLECT_SCAN_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct scan_pace {
	uint64_t pages;	  /* populated ones per call, at most */
	uint64_t tables;  /* page tables per call, at most, present or not */
	uint64_t held_ns; /* by calls since the last pause */
	uint64_t last_ns; /* CLOCK_MONOTONIC, when the last one returned */
};

void scan_pace__init(struct scan_pace *pace);

/* Call before a call that takes the lock: pauses if that is due. Returns the time, ns. */
uint64_t scan_pace__begin(struct scan_pace *pace);

/*
 * Call after it. begin_ns is what scan_pace__begin returned. Returns how long the call took, in ns.
 */
uint64_t scan_pace__end(struct scan_pace *pace, uint64_t begin_ns);

/* Tells how long a call took that was as large as pages or tables allowed. */
void scan_pace__adapt(struct scan_pace *pace, uint64_t took_ns);

/* Whether it is time to pause; now_ns is CLOCK_MONOTONIC. */
bool scan_pace__rest_is_due(struct scan_pace *pace, uint64_t now_ns);

#endif
