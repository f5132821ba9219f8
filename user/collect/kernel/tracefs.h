/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Ids of classic tracepoints. If tracefs is not mounted, it is mounted detached: only this
 * descriptor sees it, and the mounts of the machine do not change.
 */
#ifndef COLLECT_TRACEFS_H
#define COLLECT_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A descriptor of the events folder, or -errno (-EPERM: it is closed to us, or we may not mount
 * it). The caller closes it.
 */
int tracefs_open_events(void);
/* The capabilities that open it here to others than root. */
uint64_t tracefs_needs(void);

/* The id of "syscalls/sys_enter_mmap" and the like, or -errno (-ENOENT: no such event). */
int tracefs_event_id(int events_fd, const char *name);
bool tracefs_has_event(int events_fd, const char *name);

#endif
