/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files of replay share.
 */
#ifndef MODEL_REPLAY_PRIV_H
#define MODEL_REPLAY_PRIV_H

#include "model/lives/replay.h"

struct telling {
	struct replay *replay;
	replay_visit *visit;
	void *ctx;
	uint64_t time_ns; /* of the event */
};

/* Reports what a call did that has left the replay, with its bits. 0 or -errno. */
int replay_finish(const struct telling *telling, struct replay_call *call,
		  const struct map_exit *exit, int64_t result);

#endif
