/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/trend.h"

void trend__add(struct trend *trend, uint64_t value)
{
	trend->values[trend->next] = value;
	trend->next = (trend->next + 1) % TREND_MAX;
	if (trend->count < TREND_MAX)
		trend->count++;
}

uint64_t trend__at(const struct trend *trend, uint32_t ago)
{
	return trend->values[(trend->next + 2 * TREND_MAX - 1 - ago) % TREND_MAX];
}
