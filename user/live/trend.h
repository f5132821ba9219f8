/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The last values of a number, one a moment. */
#ifndef LIVE_TREND_H
#define LIVE_TREND_H

#include <stdint.h>

#define TREND_MAX 512u

struct trend { /* all zero: none yet */
	uint64_t values[TREND_MAX];
	uint32_t count; /* at most TREND_MAX */
	uint32_t next;	/* the oldest one's place, when all are taken */
};

void trend__add(struct trend *trend, uint64_t value);

/* The value that came `ago` ones before the last; ago < count. */
uint64_t trend__at(const struct trend *trend, uint32_t ago);

#endif
