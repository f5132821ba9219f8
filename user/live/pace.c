/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/pace.h"

/* A dear look counts at once, and is forgotten by a quarter with each cheaper one. */
uint64_t pace_interval(uint64_t asked_ns, uint64_t cpu_ns, uint64_t *cost_ns)
{
	uint64_t least;

	*cost_ns = cpu_ns > *cost_ns ? cpu_ns : *cost_ns - (*cost_ns - cpu_ns) / 4;
	least = *cost_ns * PACE_SHARE;
	return least > asked_ns ? least : asked_ns;
}
