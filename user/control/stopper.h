/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How a thread of a traced process is stopped at a place in its code: by a breakpoint in the
 * process's own copy of it, or by a probe of the kernel's.
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
	struct breakpoint breakpoint; /* of the stopper with the same name */
};

struct stopper {
	/* tid stands still. 0 or -errno; -EBUSY: something else stands in the code already. */
	int (*arm)(const struct stopper *stopper, pid_t pid, pid_t tid,
		   const struct stop_place *place, struct stop *stop);
	/* No thread is stopped from now on; those that were may not have told yet. */
	void (*disarm)(const struct stopper *stopper, pid_t tid, struct stop *stop);
	/* Puts back what disarm took out. Where in_memory alone. */
	int (*rearm)(pid_t tid, struct stop *stop);
	/*
	 * tid stands before signal number: whether that is the stop point's own, also when it was
	 * disarmed since. The thread then goes on from there without the signal.
	 */
	bool (*was_hit)(pid_t tid, int number, const struct stop *stop);
	int signal;	/* that a stop point sends */
	bool in_memory; /* a forked child is born with it, one in the same memory shares it */
	const struct stop_probes *probes; /* borrowed */
};

struct stopper stopper_of_breakpoints(void);
/* For processes that were not started by us: nothing of it is left when we are killed. */
struct stopper stopper_of_probes(const struct stop_probes *probes);

#endif
