/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How often to look, so that looking takes less than a fiftieth of one core. A dear look may come early
 * and be paid for by cheap ones, up to what 5 s allow: so a scan of everything now and then does not
 * stop the view.
 */
#ifndef LIVE_PACE_H
#define LIVE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Of a core. Not 50: what is not counted takes something, too. */
#define PACE_SHARE 55u
#define PACE_AHEAD_NS 5000000000u

struct pace {		  /* all zero: nothing was looked at */
	uint64_t owed_ns; /* time that must pass, so that what was spent is its share of it */
	uint64_t then_ns; /* of the last look */
};

/*
 * After a look that took so much CPU time: the time until the next, in ns. It is the one that was
 * asked for, or as long as it takes to owe at most PACE_AHEAD_NS. now_ns: CLOCK_MONOTONIC.
 */
uint64_t pace__next(struct pace *pace, uint64_t asked_ns, uint64_t now_ns, uint64_t cpu_ns);

/* Whether a look that nobody has planned may be now. */
bool pace__allows(const struct pace *pace, uint64_t now_ns);

#endif
