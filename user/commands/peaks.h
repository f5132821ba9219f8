/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Polls the RSS of what is watched, and says when it is worth a moment. */
#ifndef COMMANDS_PEAKS_H
#define COMMANDS_PEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/options.h"
#include "engine/engine.h"
#include "model/peak_steps.h"

struct peaks { /* all zero at first */
	struct engine *engine;
	struct peak_steps steps;
	bool wants_base; /* what a running process has at the first poll is no peak */
};

/* The engine's processes were attached or launched. Polls unless --no-peaks is given. 0 or -errno. */
int peaks__begin(struct peaks *peaks, const struct options *options, struct engine *engine);

/* After ENGINE_POLLED: whether to take a moment now. */
bool peaks__due(struct peaks *peaks);

/*
 * A moment of any reason was taken, or could not be (resident is 0). resident: pages of the live
 * processes. start_ns: CLOCK_MONOTONIC.
 */
void peaks__took(struct peaks *peaks, uint64_t resident, uint64_t start_ns);

#endif
