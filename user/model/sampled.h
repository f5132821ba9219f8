/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What was seen of the targets before the end of their watch, for a report of the end. */
#ifndef MODEL_SAMPLED_H
#define MODEL_SAMPLED_H

#include <stdbool.h>
#include <stdint.h>

#include "model/moments.h"

struct sampled {
	/* RSS was read so often: */
	uint64_t polls;
	uint64_t poll_period_ns; /* the last one */
	uint64_t poll_cpu_ns;
	uint64_t highest_pages; /* the most that a poll saw, of all processes together */
	uint64_t highest_ns;	/* when, since the start of the watch; 0 without the above */
	/* Moments were taken: */
	const uint64_t *taken;	 /* by reason; of them */
	const uint64_t *dropped; /* by the bounds of what is kept */
	uint64_t failed;
	uint64_t missed; /* times that RSS had fallen again before the moment */
	uint64_t ns;	 /* all of them took */
	uint64_t longest_ns;
	uint64_t cpu_ns;
	uint64_t bytes;		   /* they are kept in */
	uint64_t shown_pages;	   /* the most of the peak and the end, of the same processes */
	uint64_t peak_pages;	   /* resident in the next */
	const struct moment *peak; /* has the most resident pages; NULL: the end has as many */
	const struct moment *end;  /* what the report is of */
	const struct moments *all; /* to be listed; NULL: nobody asked for them */
};

#endif
