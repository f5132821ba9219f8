/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The moments that run takes before the end: at peaks of RSS, at checkpoints, at an interval. */
#ifndef COMMANDS_RUN_MOMENTS_H
#define COMMANDS_RUN_MOMENTS_H

#include "commands/options.h"
#include "commands/peaks.h"
#include "engine/engine.h"
#include "model/kept_moments.h"
#include "model/sampled.h"

struct run_moments { /* all zero at first */
	struct engine *engine;
	struct kept_moments kept;
	struct moments all;	  /* that are kept */
	const struct moment *end; /* of run_moments__with_end */
	struct peaks peaks;
	uint64_t failed, missed;
	uint64_t ns, longest_ns, cpu_ns;
};

/* The command was launched. 0 or -errno. */
int run_moments__begin(struct run_moments *moments, const struct options *options,
		       struct engine *engine);
void run_moments__deinit(struct run_moments *moments);

/* For a supervisor. A moment that cannot be taken is counted: the command goes on. Always 0. */
int run_moments__on_event(struct run_moments *moments, enum engine_event event);
/* 0: it was taken, or 1. */
int run_moments__on_checkpoint(struct run_moments *moments, const char *name);

/* For the report of the end; *ret borrows from moments. 0 or -ENOMEM. */
int run_moments__tell(struct run_moments *moments, const struct options *options,
		      const struct moment *end, struct sampled *ret);

/* The kept ones and the end, which are borrowed. */
struct moments run_moments__with_end(struct run_moments *moments, const struct moment *end);

#endif
