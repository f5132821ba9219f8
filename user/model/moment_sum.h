/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How much memory moments take, in bytes: what they share is counted once. */
#ifndef MODEL_MOMENT_SUM_H
#define MODEL_MOMENT_SUM_H

#include <stdint.h>

#include "model/moment.h"

/* One moment by itself, as it would take alone. */
uint64_t moment__bytes(const struct moment *moment);

/* The moments that were added and not taken out. At most one sum at a time has any. */
struct moment_sum { /* all zero is empty */
	uint64_t bytes;
};

/* Costs the number of the pieces of what is new in it; so does taking it out. */
void moment_sum__add(struct moment_sum *sum, const struct moment *moment);

/* Before the moment is freed. */
void moment_sum__take(struct moment_sum *sum, const struct moment *moment);

#endif
