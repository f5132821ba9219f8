/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What pagewatch itself traces stands still if pagewatch is stuck, stopped or starved, and only its
 * tracer can release it. So a helper process kills pagewatch when a process has stood still for too
 * long, and the kernel then lets the process run on. (The guardian needs no helper: it checks the
 * time itself.)
 */
#ifndef CONTROL_WATCHDOG_H
#define CONTROL_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts/stop_probes.h"

struct watchdog;

/*
 * Forks the helper. hold_ns is not 0. probes: those of what is traced, or NULL; the helper mutes
 * them when pagewatch is gone. 0 or -errno.
 */
int watchdog__start(uint64_t hold_ns, const char *proc_root, const struct stop_probes *probes,
		    struct watchdog **ret);
/* Ends the helper. NULL is allowed here and in all that follows. */
void watchdog__free(struct watchdog *watchdog);

/* pid stands still from now on; let_go ends that. One process at a time. */
void watchdog__hold(struct watchdog *watchdog, pid_t pid);
void watchdog__let_go(struct watchdog *watchdog);

/* pid is traced from now on: we must serve each stop of a thread. */
void watchdog__trace(struct watchdog *watchdog, pid_t pid);
/* We wait, and everything is served. stopped: somebody else's signal has stopped pid. */
void watchdog__idle(struct watchdog *watchdog, bool stopped);
void watchdog__busy(struct watchdog *watchdog);

#endif
