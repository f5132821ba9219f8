/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How much of a process's page tables is read at a time. The kernel holds the target's mmap lock
 * meanwhile, and threads that map or unmap wait. A writer that waits gets its chance at the end of
 * each call, so calls are short: their size follows from how long the last ones took. A writer that
 * the kernel has woken may still come too late, because a reader that is back before it takes the
 * lock again (kernel/locking/rwsem.c, lock stealing). So after a while the lock is left alone for
 * as long as a wake-up takes.
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
	bool unhurried;	  /* nobody waits for the lock: no pauses, and calls do not get smaller */
};

void scan_pace__init(struct scan_pace *pace);

/* The target stands still, and waits for nothing but the end of the scan. */
void scan_pace__nobody_waits(struct scan_pace *pace);

/* Call before a call that takes the lock: pauses if that is due. Returns the time, ns. */
uint64_t scan_pace__begin(struct scan_pace *pace);

/*
 * Call after it. begin_ns is what scan_pace__begin returned. Returns how long the call took, in ns.
 */
uint64_t scan_pace__end(struct scan_pace *pace, uint64_t begin_ns);

/*
 * Tell how long a call took, in ns, that was as large as pages, or as tables, allowed. What did not
 * limit the call keeps its size: a hole says nothing about the pages behind it.
 */
void scan_pace__adapt_pages(struct scan_pace *pace, uint64_t took_ns);
void scan_pace__adapt_tables(struct scan_pace *pace, uint64_t took_ns);

/* Whether it is time to pause; now_ns is CLOCK_MONOTONIC. */
bool scan_pace__rest_is_due(struct scan_pace *pace, uint64_t now_ns);

#endif
