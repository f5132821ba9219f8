/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The call after the next one, made at the same time by another thread. Only for a target that
 * stands still: it gets its memory back sooner, and its CPU is free. A short call is not worth the
 * wake-up.
 */
#ifndef COLLECT_SCAN_AHEAD_H
#define COLLECT_SCAN_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/pages/scan_partner.h"

#define SCAN_REGIONS 512u /* what the kernel buffers at a time (PAGEMAP_WALK_SIZE) */

struct scan_ahead {
	struct scan_partner *partner;
	bool asked; /* for a partner, with or without success */
	uint64_t page_bytes;
	uint64_t took_ns; /* by the last call of our own */
	uint64_t tables;  /* page tables per call ahead, and for us until then */
	uint64_t start;	  /* bytes; of the call that is under way; 0: none */
};

void scan_ahead__init(struct scan_ahead *ahead, uint64_t page_bytes);
void scan_ahead__deinit(struct scan_ahead *ahead);

/* How long our last call took, in ns. */
void scan_ahead__took(struct scan_ahead *ahead, uint64_t took_ns);

/*
 * Begins a call behind the one that begins at arg->start, if that is worth it and end (bytes) is
 * beyond. arg is only read.
 */
void scan_ahead__begin(struct scan_ahead *ahead, int fd, const struct uapi_pm_scan_arg *arg,
		       uint64_t end);

/* Whether the call ahead begins at this address. */
bool scan_ahead__reached(const struct scan_ahead *ahead, uint64_t start);

/* Where our own calls end: where the call ahead began, or at end. */
uint64_t scan_ahead__limit(const struct scan_ahead *ahead, uint64_t end);

/*
 * The call ahead, with its end and its regions (until the next begin). Returns the number of regions,
 * or -errno.
 */
int scan_ahead__take(struct scan_ahead *ahead, struct uapi_pm_scan_arg *arg);

/* Waits for a call that nobody will take. */
void scan_ahead__abandon(struct scan_ahead *ahead);

#endif
