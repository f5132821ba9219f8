/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How often to look, so that looking takes at most a fiftieth of one core. */
#ifndef LIVE_PACE_H
#define LIVE_PACE_H

#include <stdint.h>

#define PACE_SHARE 50u

/*
 * The time between looks, in ns: the one that was asked for, or as long as the CPU time of a look
 * (the last, or what they took before that where it was more) makes it. *cost_ns is kept from look
 * to look, 0 at first.
 */
uint64_t pace_interval(uint64_t asked_ns, uint64_t cpu_ns, uint64_t *cost_ns);

#endif
