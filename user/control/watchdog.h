/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What pagewatch itself traces stands still when pagewatch is stuck, stopped or starved, and only
 * its tracer can let it go. So a helper process kills pagewatch hard when a process has stood for
 * too long: the kernel then lets it run on. (The guardian needs none: it looks at the clock.)
 */
#ifndef CONTROL_WATCHDOG_H
#define CONTROL_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts/stop_probes.h"

struct watchdog;

/*
 * Forks the helper. hold_ns: not 0. probes: of what is traced, NULL where there are none; the helper
 * mutes them when pagewatch is gone. 0 or -errno.
 */
int watchdog__start(uint64_t hold_ns, const char *proc_root, const struct stop_probes *probes,
		    struct watchdog **ret);
/* The helper ends. NULL is fine here, and in all that follows. */
void watchdog__free(struct watchdog *watchdog);

/* pid is to stand still from now on; it does not any more. One at a time. */
void watchdog__hold(struct watchdog *watchdog, pid_t pid);
void watchdog__let_go(struct watchdog *watchdog);

/* pid is traced from now on: each stop of a thread is for us to serve. */
void watchdog__trace(struct watchdog *watchdog, pid_t pid);
/* We wait for what comes, all is served; stopped: pid is, by a signal of somebody else's. */
void watchdog__idle(struct watchdog *watchdog, bool stopped);
void watchdog__busy(struct watchdog *watchdog);

#endif
