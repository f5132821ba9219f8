/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Moments that are kept, in the order of time. What is equal in neighbours is there once. Their
 * number and their memory have bounds; what these drop is counted.
 */
#ifndef MODEL_KEPT_MOMENTS_H
#define MODEL_KEPT_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/moment_sum.h"
#include "model/moments.h"

#define KEPT_MOMENTS_MAX 1000u
#define KEPT_PEAKS_MAX 32u
#define KEPT_BYTES_MAX (64ull << 20)

struct kept_moment {
	struct moment moment;
	uint64_t resident; /* pages of all its processes */
};

struct kept_moments { /* all zero at first */
	struct kept_moment *moments;
	size_t count;
	size_t capacity;
	size_t highest; /* index of the one with the most resident pages: it is never dropped */
	struct moment_sum sum;
	uint64_t taken[MOMENT_REASONS]; /* of them dropped: */
	uint64_t dropped[MOMENT_REASONS];
};

void kept_moments__deinit(struct kept_moments *kept);

/*
 * Takes the moment over, even on failure; it is later than all that are kept, and has so many
 * resident pages. Then drops others
 * until the bounds hold, the highest excepted: peaks above KEPT_PEAKS_MAX; above the other bounds
 * those of the interval first, then asked ones, peaks, and checkpoints last. Of several it is the
 * one that comes soonest after another; of peaks, the one that another follows soonest. 0 or
 * -ENOMEM.
 */
int kept_moments__add(struct kept_moments *kept, struct moment *moment, uint64_t resident);

/* The one with the most resident pages, or NULL. */
const struct kept_moment *kept_moments__highest(const struct kept_moments *kept);

/* Borrows from kept, which must not change meanwhile. */
struct moments kept_moments__all(struct kept_moments *kept);

#endif
