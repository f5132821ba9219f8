/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A thread that makes PAGEMAP_SCAN calls for another one, one at a time. The kernel walks page tables
 * under a lock that readers share, so two calls of one process's pages take hardly longer than one
 * (fs/proc/task_mmu.c: mmap_read_lock_killable around each walk).
 */
#ifndef COLLECT_SCAN_PARTNER_H
#define COLLECT_SCAN_PARTNER_H

#include <stdint.h>

#include "collect/pages/uapi.h"

struct scan_partner;

/*
 * A partner for calls on fd, which stays the caller's, of at most `regions` regions each. NULL if
 * there is no second CPU, no memory or no thread to be had: then one thread scans everything.
 */
struct scan_partner *scan_partner__new(int fd, uint32_t regions);

/* Waits for a call that is under way. NULL is allowed. */
void scan_partner__free(struct scan_partner *partner);

/* Begins a call. vec and vec_len are the partner's own. The last call must have been taken. */
void scan_partner__begin(struct scan_partner *partner, const struct uapi_pm_scan_arg *arg);

/*
 * Waits for the end of the call. Returns the number of regions, or -errno. arg is the call's, with
 * what the kernel wrote to it; its regions are the partner's until the next call begins.
 */
int scan_partner__take(struct scan_partner *partner, struct uapi_pm_scan_arg *arg);

#endif
