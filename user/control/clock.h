/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef CONTROL_CLOCK_H
#define CONTROL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* How long a thread may take to stop before we go on without it. */
#define CONTROL_STOP_NS 500000000u

static inline uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
