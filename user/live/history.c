/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/moment_lists.h"

void history__deinit(struct history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++) {
		moment_sum__take(&history->sum, &history->moments[i].moment);
		moment__deinit(&history->moments[i].moment);
	}
	free(history->moments);
	history->moments = NULL;
	history->count = history->capacity = history->shown = 0;
}

static bool is_same(const struct moment *moment, const struct moment *before)
{
	size_t i = 0;

	if (moment->process_count != before->process_count)
		return false;
	while (i < moment->process_count &&
	       process_moment__same_lists(&moment->processes[i], &before->processes[i]))
		i++;
	return i == moment->process_count;
}

static int count_resident(const struct moment *moment, uint64_t *ret)
{
	uint64_t pages;
	size_t i;
	int err = 0;

	*ret = 0;
	for (i = 0; !err && i < moment->process_count; i++) {
		err = process_moment__resident(&moment->processes[i],
					       moment->header.environment.page_bytes, &pages);
		*ret += pages;
	}
	return err;
}

int history__add(struct history *history, struct moment *moment)
{
	size_t count = history->count;
	struct past_moment *fresh, *last;
	uint64_t resident = 0;
	int err = array_reserve((void **)&history->moments, &history->capacity, count + 1,
				sizeof(*history->moments));

	last = !err && count ? &history->moments[count - 1] : NULL;
	/* Without memory less is shared. */
	if (!err)
		moment__share(moment, last ? &last->moment : NULL);
	if (last && is_same(moment, &last->moment))
		resident = last->resident;
	else if (!err)
		err = count_resident(moment, &resident);
	if (err) {
		moment__deinit(moment);
		return err;
	}
	fresh = &history->moments[history->count++];
	*fresh = (struct past_moment){ *moment, resident };
	memset(moment, 0, sizeof(*moment));
	moment_sum__add(&history->sum, &fresh->moment);
	return 0;
}

static bool may_go(const struct history *history, size_t index)
{
	return index != history->shown && index + 1 < history->count;
}

/* Drops those of [0, end) that may go: all, or every second one. Returns how many. */
static size_t drop_before(struct history *history, size_t end, bool all)
{
	size_t i, kept = 0, shown = history->shown, dropped = 0;
	bool turn = false;

	for (i = 0; i < history->count; i++) {
		struct past_moment *past = &history->moments[i];
		bool goes = i < end && may_go(history, i) && (all || turn);

		turn = !goes;
		if (goes) {
			moment_sum__take(&history->sum, &past->moment);
			moment__deinit(&past->moment);
			dropped++;
			continue;
		}
		if (i == history->shown)
			shown = kept;
		if (kept != i)
			history->moments[kept] = *past;
		kept++;
	}
	history->count = kept;
	history->shown = shown;
	history->thinned += dropped;
	return dropped;
}

void history__thin(struct history *history)
{
	size_t dropped = 1;

	while (dropped && history->sum.bytes > history->limit) {
		dropped = drop_before(history, (history->count + 1) / 2, false);
		if (!dropped)
			dropped = drop_before(history, history->count, true);
	}
}

bool history__past(const struct history *history)
{
	return history->shown + 1 < history->count;
}

size_t history__stepped(const struct history *history, int64_t step)
{
	size_t last = history->count - 1, shown = history->shown;
	uint64_t size = step < 0 ? 0 - (uint64_t)step : (uint64_t)step;

	if (step < 0)
		return size < shown ? shown - size : 0;
	return size < last - shown ? shown + size : last;
}

void history__trend(const struct history *history, struct trend *ret)
{
	size_t i = history->shown < TREND_MAX ? 0 : history->shown + 1 - TREND_MAX;

	memset(ret, 0, sizeof(*ret));
	for (; i <= history->shown && i < history->count; i++)
		trend__add(ret, history->moments[i].resident);
}

void history__column(const struct history *history, uint32_t columns, uint32_t column,
		     size_t *first, size_t *end)
{
	*first = (size_t)((unsigned __int128)history->count * column / columns);
	*end = (size_t)((unsigned __int128)history->count * (column + 1) / columns);
}
