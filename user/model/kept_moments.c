/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/kept_moments.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/moment_lists.h"

void kept_moments__deinit(struct kept_moments *kept)
{
	size_t i;

	for (i = 0; i < kept->count; i++) {
		moment_sum__take(&kept->sum, &kept->moments[i].moment);
		moment__deinit(&kept->moments[i].moment);
	}
	free(kept->moments);
	memset(kept, 0, sizeof(*kept));
}

static uint64_t gap_before(const struct kept_moments *kept, size_t index)
{
	if (!index)
		return UINT64_MAX;
	return kept->moments[index].moment.header.since_start_ns -
	       kept->moments[index - 1].moment.header.since_start_ns;
}

/* RSS was higher at the next peak: it may be the end of a ramp in whose middle this one is. */
static uint64_t gap_to_next_peak(const struct kept_moments *kept, size_t index)
{
	size_t next = index + 1;

	while (next < kept->count && kept->moments[next].moment.header.reason != MOMENT_PEAK)
		next++;
	if (next == kept->count)
		return UINT64_MAX;
	return kept->moments[next].moment.header.since_start_ns -
	       kept->moments[index].moment.header.since_start_ns;
}

static uint64_t gap_of(const struct kept_moments *kept, size_t index)
{
	return kept->moments[index].moment.header.reason == MOMENT_PEAK
		       ? gap_to_next_peak(kept, index)
		       : gap_before(kept, index);
}

/* The moment of a reason with the smallest gap; count if none may be dropped. */
static size_t victim_of(const struct kept_moments *kept, enum moment_reason reason)
{
	size_t victim = kept->count, i;

	for (i = 0; i < kept->count; i++) {
		if (kept->moments[i].moment.header.reason != reason || i == kept->highest)
			continue;
		if (victim == kept->count || gap_of(kept, i) < gap_of(kept, victim))
			victim = i;
	}
	return victim;
}

static size_t first_victim(const struct kept_moments *kept)
{
	static const enum moment_reason order[] = { MOMENT_INTERVAL, MOMENT_ASKED, MOMENT_PEAK,
						    MOMENT_CHECKPOINT, MOMENT_END };
	size_t victim = kept->count, i;

	for (i = 0; victim == kept->count && i < sizeof(order) / sizeof(order[0]); i++)
		victim = victim_of(kept, order[i]);
	return victim;
}

static void drop_moment(struct kept_moments *kept, size_t index)
{
	struct kept_moment *victim = &kept->moments[index];

	kept->dropped[victim->moment.header.reason]++;
	moment_sum__take(&kept->sum, &victim->moment);
	moment__deinit(&victim->moment);
	kept->count--;
	memmove(victim, victim + 1, (kept->count - index) * sizeof(*victim));
	kept->highest -= kept->highest > index;
}

static bool is_over(const struct kept_moments *kept)
{
	return kept->count > KEPT_MOMENTS_MAX || kept->sum.bytes > KEPT_BYTES_MAX;
}

static void hold_bounds(struct kept_moments *kept)
{
	const uint64_t *taken = kept->taken, *dropped = kept->dropped;

	if (taken[MOMENT_PEAK] - dropped[MOMENT_PEAK] > KEPT_PEAKS_MAX)
		drop_moment(kept, victim_of(kept, MOMENT_PEAK));
	while (kept->count > 1 && is_over(kept))
		drop_moment(kept, first_victim(kept));
}

int kept_moments__add(struct kept_moments *kept, struct moment *moment, uint64_t resident)
{
	struct kept_moment *fresh;
	int err = array_reserve((void **)&kept->moments, &kept->capacity, kept->count + 1,
				sizeof(*kept->moments));

	if (err) {
		moment__deinit(moment);
		return err;
	}
	/* Without memory less is shared. */
	moment__share(moment, kept->count ? &kept->moments[kept->count - 1].moment : NULL);
	fresh = &kept->moments[kept->count++];
	*fresh = (struct kept_moment){ *moment, resident };
	memset(moment, 0, sizeof(*moment));
	moment_sum__add(&kept->sum, &fresh->moment);
	kept->taken[fresh->moment.header.reason]++;
	if (resident > kept->moments[kept->highest].resident)
		kept->highest = kept->count - 1;
	hold_bounds(kept);
	return 0;
}

const struct kept_moment *kept_moments__highest(const struct kept_moments *kept)
{
	return kept->count ? &kept->moments[kept->highest] : NULL;
}

static int kept_moment_at(void *from, size_t index, const struct moment **ret)
{
	struct kept_moments *kept = from;

	*ret = &kept->moments[index].moment;
	return 0;
}

struct moments kept_moments__all(struct kept_moments *kept)
{
	return (struct moments){ .count = kept->count, .from = kept, .at = kept_moment_at };
}
