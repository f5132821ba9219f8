/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The moments that the live view can go back to, in the order of time, and the one that is shown. */
#ifndef LIVE_HISTORY_H
#define LIVE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/trend.h"
#include "model/moment_sum.h"

#define HISTORY_BYTES (64ull << 20)

struct past_moment {
	struct moment moment;
	uint64_t resident; /* pages of all processes, those of hugetlb too */
};

struct history { /* all zero but for the limit: none yet */
	struct past_moment *moments;
	size_t count, capacity;
	size_t shown;	/* index; nobody drops it, nor the last one */
	uint64_t limit; /* bytes; what moments share is counted once */
	struct moment_sum sum;
	uint64_t thinned; /* moments that were dropped */
};

void history__deinit(struct history *history);

/* Takes the moment over, even on failure. What is shown stays. 0 or -ENOMEM. */
int history__add(struct history *history, struct moment *moment);

/*
 * Drops every second one of the older half, not the first, until the limit is kept, or what is
 * shown and the last one are left.
 */
void history__thin(struct history *history);

/* Whether something later than what is shown is known. */
bool history__past(const struct history *history);

/* The index that is so many moments later, or earlier; there is at least one moment. */
size_t history__stepped(const struct history *history, int64_t step);

/* Resident pages of the last moments up to the one that is shown. */
void history__trend(const struct history *history, struct trend *ret);

/* The moments [*first, *end) of one of so many columns, which are at most as many as moments. */
void history__column(const struct history *history, uint32_t columns, uint32_t column,
		     size_t *first, size_t *end);

#endif
