/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How a thread of a traced process is stopped at a place in its code: by a breakpoint in the
 * process's own copy of the code, or by a uprobe.
 */
#ifndef CONTROL_STOPPER_H
#define CONTROL_STOPPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/breakpoint.h"
#include "facts/stop_probes.h"

/* A place in a file, and in the process that maps it. */
struct stop_place {
	int fd;		  /* borrowed */
	uint64_t offset;  /* bytes, in the file */
	uint64_t address; /* in the process */
};

/* A stop point of one process. */
struct stop {
	bool armed;
	struct breakpoint breakpoint; /* used by the stopper of that name */
};

struct stopper {
	/* tid stands still. 0 or -errno; -EBUSY: something else is in the code already. */
	int (*arm)(const struct stopper *stopper, pid_t pid, pid_t tid,
		   const struct stop_place *place, struct stop *stop);
	/*
	 * Stops no more threads from now on; threads stopped before may not have been reported yet.
	 */
	void (*disarm)(const struct stopper *stopper, pid_t tid, struct stop *stop);
	/* Puts back what disarm took out. Only if in_memory. */
	int (*rearm)(pid_t tid, struct stop *stop);
	/*
	 * tid is stopped before signal number. Returns whether it is the stop point's own, even if
	 * that was disarmed since. The thread then goes on from there without the signal.
	 */
	bool (*was_hit)(pid_t tid, int number, const struct stop *stop);
	int signal;	/* sent by a stop point */
	bool in_memory; /* a forked child inherits it, and a process in the same memory shares it */
	const struct stop_probes *probes; /* borrowed */
};

struct stopper stopper_of_breakpoints(void);
/* For processes that we did not start: leaves nothing behind when we are killed. */
struct stopper stopper_of_probes(const struct stop_probes *probes);

#endif
