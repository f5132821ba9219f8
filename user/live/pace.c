/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/pace.h"

bool pace__allows(const struct pace *pace, uint64_t now_ns)
{
	uint64_t passed = now_ns - pace->then_ns;

	return pace->owed_ns <= PACE_AHEAD_NS || passed >= pace->owed_ns - PACE_AHEAD_NS;
}

uint64_t pace__next(struct pace *pace, uint64_t asked_ns, uint64_t now_ns, uint64_t cpu_ns)
{
	uint64_t passed = pace->then_ns ? now_ns - pace->then_ns : 0, least;

	pace->owed_ns = pace->owed_ns > passed ? pace->owed_ns - passed : 0;
	pace->owed_ns += cpu_ns * PACE_SHARE;
	pace->then_ns = now_ns;
	least = pace->owed_ns > PACE_AHEAD_NS ? pace->owed_ns - PACE_AHEAD_NS : 0;
	return least > asked_ns ? least : asked_ns;
}
