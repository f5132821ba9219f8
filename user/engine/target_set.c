/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The watched address spaces: all in order of arrival, the live ones by slot and pid. */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "engine/priv.h"

static struct target **bucket_of(struct engine *engine, uint32_t pid)
{
	return &engine->by_pid[pid % TARGET_BUCKETS];
}

static int reserve_slot(struct engine *engine, uint32_t slot)
{
	size_t had = engine->slot_capacity;
	int err = array_reserve((void **)&engine->by_slot, &engine->slot_capacity, (size_t)slot + 1,
				sizeof(*engine->by_slot));

	while (!err && had < engine->slot_capacity)
		engine->by_slot[had++] = NULL;
	return err;
}

int target_set__add(struct engine *engine, struct target *target)
{
	struct target **bucket = bucket_of(engine, target->pid);
	int err;

	err = array_reserve((void **)&engine->targets, &engine->target_capacity,
			    engine->target_count + 1, sizeof(*engine->targets));
	if (!err && target->slot != NO_SLOT)
		err = reserve_slot(engine, target->slot);
	if (err)
		return err;
	engine->targets[engine->target_count++] = target;
	if (target->slot != NO_SLOT)
		engine->by_slot[target->slot] = target;
	target->next_by_pid = *bucket;
	*bucket = target;
	engine->live_count++;
	engine->gone_count += target->pidfd < 0;
	return 0;
}

void target_set__end(struct engine *engine, struct target *target)
{
	struct target **at = bucket_of(engine, target->pid);

	if (target->ended)
		return;
	target->ended = engine->ended_news = true;
	engine->live_count--;
	engine->gone_count -= target->pidfd < 0;
	if (target->slot != NO_SLOT && engine->by_slot[target->slot] == target)
		engine->by_slot[target->slot] = NULL;
	while (*at != target)
		at = &(*at)->next_by_pid;
	*at = target->next_by_pid;
}

void target_set__hand_over(struct engine *engine, struct target *from, struct target *to)
{
	to->proc = from->proc;
	to->pidfd = from->pidfd;
	from->proc = NULL;
	from->pidfd = -1;
	engine->gone_count++;
}

struct target *engine_find_slot(struct engine *engine, uint32_t slot)
{
	return slot < engine->slot_capacity ? engine->by_slot[slot] : NULL;
}

/* The latest one: an image that a process has left lives on only if others use it. */
struct target *engine_find_pid(const struct engine *engine, uint32_t pid)
{
	struct target *target = engine->by_pid[pid % TARGET_BUCKETS];

	while (target && target->pid != pid)
		target = target->next_by_pid;
	return target;
}

bool engine_is_asked(const struct engine *engine, uint32_t pid)
{
	const struct target *target = engine_find_pid(engine, pid);

	return (engine->launched && (uint32_t)engine->launched == pid) || (target && target->asked);
}

size_t engine_live_targets(const struct engine *engine)
{
	return engine->live_count;
}
