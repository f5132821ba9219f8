/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Followed processes that ended since the last report: the largest are kept and the others summed,
 * so that many short ones do not take more and more memory.
 */
#include <stdlib.h>

#include "engine/priv.h"

static bool is_kept(const struct target *target)
{
	return target->ended && !target->asked && !target->replaced && !target->lost;
}

/* For one that was never scanned, its faults decide. */
static uint64_t weight_of(const struct target *target)
{
	uint64_t faults = target->faults.user + target->faults.kernel;
	uint64_t resident = target->final ? target->final_pages : 0;

	return resident > faults ? resident : faults;
}

static struct target *smallest_kept(const struct engine *engine, size_t *count)
{
	struct target *smallest = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < engine->target_count; i++) {
		struct target *target = engine->targets[i];

		if (!is_kept(target))
			continue;
		++*count;
		if (!smallest || weight_of(target) < weight_of(smallest))
			smallest = target;
	}
	return smallest;
}

static int sum_up(struct engine *engine, struct target *target)
{
	struct processes_rest *rest = &engine->rest;
	struct retired *lives = NULL;
	size_t count = 0, i;
	int err = target->touch ? touch__retired(target->touch, &lives, &count) : 0;

	if (err)
		return err;
	rest->count++;
	rest->looked_at += target->final != NULL;
	if (target->final)
		rest->resident_pages += target->final_pages;
	rest->faults.user += target->faults.user;
	rest->faults.kernel += target->faults.kernel;
	for (i = 0; i < count; i++)
		rest->ended_pages += lives[i].pages_touched;
	free(lives);
	target->lost = true;
	return 0;
}

static size_t most_kept(const struct engine *engine)
{
	return engine->options.ended_max ? engine->options.ended_max : ENGINE_ENDED_MAX;
}

int engine_fold_ended(struct engine *engine)
{
	size_t most = most_kept(engine);
	struct target *smallest;
	size_t count;
	int err = 0;

	if (!engine->ended_news)
		return 0;
	engine->ended_news = false;
	while (!err && (smallest = smallest_kept(engine, &count)) && count > most)
		err = sum_up(engine, smallest);
	engine_prune_untold(engine);
	return err;
}

int engine_fold_many(struct engine *engine)
{
	size_t ended = engine->target_count - engine->live_count;

	return ended > 2 * most_kept(engine) ? engine_fold_ended(engine) : 0;
}

bool engine__ended_since_report(const struct engine *engine)
{
	return engine->rest.count || engine->target_count > engine->live_count;
}
