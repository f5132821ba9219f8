/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <signal.h>
#include <stdio.h>

#include "control/own_signal.h"
#include "control/stopper.h"

/*
 * The probe is registered on the inode of the descriptor, so that nobody can swap a path under us.
 */
static int stopper_uprobe_arm(const struct stopper *stopper, pid_t pid, pid_t tid,
			      const struct stop_place *place, struct stop *stop)
{
	char path[64];
	int err;

	(void)tid;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place->fd);
	err = stopper->probes->arm(stopper->probes->ctx, (uint32_t)pid, path, place->offset);
	stop->armed = !err;
	return err;
}

static void stopper_uprobe_disarm(const struct stopper *stopper, pid_t tid, struct stop *stop)
{
	(void)tid;
	if (stop->armed)
		stopper->probes->mute(stopper->probes->ctx);
	stop->armed = false;
}

static bool stopper_uprobe_was_hit(pid_t tid, int number, const struct stop *stop)
{
	(void)stop;
	return number == SIGSTOP && own_signal_is_next(tid);
}

struct stopper stopper_of_probes(const struct stop_probes *probes)
{
	return (struct stopper){
		.arm = stopper_uprobe_arm,
		.disarm = stopper_uprobe_disarm,
		.was_hit = stopper_uprobe_was_hit,
		.signal = SIGSTOP,
		.probes = probes,
	};
}
