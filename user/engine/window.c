/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The scan of a target as one moment: the calls so far, the kernel's bits, the page tables, the
 * bits again, and the calls made meanwhile, which are handled only with the next moment.
 */
#include "base/test_point.h"
#include "engine/priv.h"

struct late {
	struct target *target;
	int err;
};

static void on_late(void *ctx, const struct map_event *event)
{
	struct late *late = ctx;

	if (!late->err && event->slot == late->target->slot)
		late->err = touch__window_event(late->target->touch, event);
}

static int read_ahead(struct engine *engine, struct target *target)
{
	struct late late = { target, 0 };
	int left = faults__hold(engine->faults, on_late, &late);

	if (left < 0)
		return left;
	target->losses.count[LOSS_LATE] += (uint64_t)left;
	return late.err ? late.err : touch__window_known(target->touch);
}

int window_begin(struct engine *engine, struct target *target, bool stands_still)
{
	int err;

	if (!target->touch)
		return 0;
	touch__end_window(target->touch);
	if (stands_still)
		return 0;
	err = faults__copy_touches(engine->faults, target->slot, &target->window);
	if (err)
		return err;
	err = touch__begin_window(target->touch, &target->window);
	test_point_wait("window");
	return err;
}

int window_end(struct engine *engine, struct target *target, bool stands_still)
{
	int err;

	if (!target->touch)
		return 0;
	err = faults__copy_touches(engine->faults, target->slot, &target->map);
	target->faults = target->map.faults;
	if (!err && !stands_still)
		err = read_ahead(engine, target);
	return err;
}
