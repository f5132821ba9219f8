/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "control/stopper.h"

static int stopper_breakpoint_arm(const struct stopper *stopper, pid_t pid, pid_t tid,
				  const struct stop_place *place, struct stop *stop)
{
	uint64_t code;
	int err;

	(void)stopper;
	(void)pid;
	if (pread(place->fd, &code, sizeof(code), (off_t)place->offset) != sizeof(code))
		return -EIO;
	err = breakpoint_insert(tid, place->address, code, &stop->breakpoint);
	stop->armed = !err;
	return err;
}

static void stopper_breakpoint_disarm(const struct stopper *stopper, pid_t tid, struct stop *stop)
{
	(void)stopper;
	breakpoint_remove(tid, &stop->breakpoint);
	stop->armed = false;
}

static int stopper_breakpoint_rearm(pid_t tid, struct stop *stop)
{
	const struct breakpoint *was = &stop->breakpoint;
	int err = breakpoint_insert(tid, was->address, was->code, &stop->breakpoint);

	stop->armed = !err;
	return err;
}

static bool stopper_breakpoint_was_hit(pid_t tid, int number, const struct stop *stop)
{
	return number == SIGTRAP && breakpoint_was_hit(tid, &stop->breakpoint);
}

struct stopper stopper_of_breakpoints(void)
{
	return (struct stopper){
		.arm = stopper_breakpoint_arm,
		.disarm = stopper_breakpoint_disarm,
		.rearm = stopper_breakpoint_rearm,
		.was_hit = stopper_breakpoint_was_hit,
		.signal = SIGTRAP,
		.in_memory = true,
	};
}
