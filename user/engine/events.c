/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Applies the kernel side's events to the targets, in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "base/log.h"
#include "engine/priv.h"

/* Time between two checks for signals and stops: a stopped target waits for us. */
#define DRAIN_NS 10000000u

struct unclosed {
	struct engine *engine;
	struct target *target;
	const struct map_event *event;
};

static void take_unclosed(void *ctx, const struct touch_chunk *chunk)
{
	struct unclosed *unclosed = ctx;
	struct map_event closed = *unclosed->event;

	closed.type = MAP_EVENT_CLOSED;
	closed.closed = chunk;
	if (touch__handle(unclosed->target->touch, &closed))
		unclosed->target->losses.count[LOSS_BITS]++;
}

static int on_unclosed(struct engine *engine, struct target *target, const struct map_event *event)
{
	struct unclosed unclosed = { engine, target, event };

	return faults__take_unclosed(engine->faults, event, take_unclosed, &unclosed);
}

/* More is read from /proc when it is scanned: most processes of a storm never are. */
static void set_name(struct target *target, const struct map_event *event)
{
	memcpy(target->facts.comm, event->process.comm, sizeof(event->process.comm));
}

static struct touch *new_touch(struct engine *engine)
{
	return touch__new(engine->environment.page_bytes, engine->environment.pmd_bytes,
			  faults__backend(engine->faults) == FAULTS_TP_BTF);
}

/* The parent is not known if it is being attached right now, or could not be followed. */
static struct touch *touch_of_child(struct engine *engine, const struct target *parent)
{
	struct touch *touch = parent ? touch__fork(parent->touch) : new_touch(engine);

	if (parent || !touch || !touch__inherit_all(touch))
		return touch;
	touch__free(touch);
	return NULL;
}

static int add_child(struct engine *engine, const struct map_event *event)
{
	struct target *parent = engine_find_slot(engine, event->slot);
	struct touch *touch = touch_of_child(engine, parent);
	struct target *child;
	int err;

	if (!touch)
		return -ENOMEM;
	err = target__new(engine, event->process.other_pid, event->process.other_slot, NULL,
			  &child);
	if (err) {
		touch__free(touch);
		return err;
	}
	child->touch = touch;
	set_name(child, event);
	child->heap_late = !parent;
	if (parent) {
		child->exe = counted__hold(parent->exe);
		child->losses.count[LOSS_32_BIT] = parent->losses.count[LOSS_32_BIT];
	}
	return allocations_begin(engine, child, parent);
}

static int on_fork(struct engine *engine, const struct map_event *event)
{
	int err;

	/* A search for children found it just before the kernel reported it. */
	if (engine_find_slot(engine, event->process.other_slot))
		return 0;
	err = add_child(engine, event);
	if (err)
		engine_lose_child(engine, engine_find_slot(engine, event->process.other_slot),
				  event->process.other_slot, err);
	return 0;
}

/* The lives of the replaced image are reported with its successor. */
static int carry_over(struct engine *engine, struct target *old, struct target *target)
{
	int err;

	/* What happens after a process's final snapshot does not change it, not even an exec. */
	if (!target->final) {
		target->final = old->final;
		target->final_pages = old->final_pages;
		old->final = NULL;
	}
	err = target__end(engine, old, "exec");
	old->replaced = true;
	if (err)
		return err;
	return touch__inherit_retired(target->touch, old->touch);
}

static int add_image(struct engine *engine, const struct map_event *event, bool asked)
{
	struct target *old = NULL;
	struct target *target;
	int err;

	if (event->process.other_slot != NO_SLOT)
		old = engine_find_slot(engine, event->process.other_slot);
	/* A vfork child leaves an address space that its parent still uses. */
	if (old && !old->mm_ended)
		old = NULL;
	err = target__new(engine, event->pid, event->slot, old, &target);
	if (err)
		return err;
	set_name(target, event);
	target->asked = asked;
	err = target__read_exe(target);
	if (err)
		return err;
	target->touch = new_touch(engine);
	if (!target->touch)
		return -ENOMEM;
	err = allocations_begin(engine, target, NULL);
	if (err)
		return err;
	return old ? carry_over(engine, old, target) : 0;
}

static int on_exec(struct engine *engine, const struct map_event *event)
{
	bool asked = engine_is_asked(engine, event->pid);
	int err = add_image(engine, event, asked);

	if (!err || asked)
		return err;
	engine_lose_child(engine, engine_find_slot(engine, event->slot), event->slot, err);
	return 0;
}

/* After the exec, if somebody still read the old memory through /proc, or ran in it. */
static int on_mm_end(struct engine *engine, struct target *target)
{
	struct target *image;

	if (!target)
		return 0;
	target->mm_ended = true;
	image = engine_find_pid(engine, target->pid);
	return image && image != target ? carry_over(engine, target, image) : 0;
}

static int on_mapping(struct engine *engine, struct target *target, const struct map_event *event)
{
	if (!target)
		return 0;
	target->events++;
	target->rescan.all |= event->type == MAP_EVENT_HOLE;
	/* A part of what it does may have been told before. */
	if (event->type == MAP_EVENT_EXIT && !target->rescan.all &&
	    touch__pending(target->touch, event->tid, &target->rescan.dirty))
		return -ENOMEM;
	if (event->type == MAP_EVENT_ENTER && rescan__note_call(&target->rescan, &event->enter))
		return -ENOMEM;
	if (event->type == MAP_EVENT_UNCLOSED)
		return on_unclosed(engine, target, event);
	return touch__handle(target->touch, event);
}

/*
 * For a call about a file that others may have mapped: the exit goes to every target with an entry.
 */
static int on_exit_everywhere(struct engine *engine, const struct map_event *event)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < engine->target_count; i++) {
		struct target *target = engine->targets[i];

		if (target->touch && !target->ended)
			err = on_mapping(engine, target, event);
	}
	return err;
}

static void handle_event(void *ctx, const struct map_event *event)
{
	struct engine *engine = ctx;
	struct target *target;
	int err = 0;

	switch (event->type) {
	case MAP_EVENT_ENTER:
	case MAP_EVENT_CLOSED:
	case MAP_EVENT_UNCLOSED:
	case MAP_EVENT_EXIT:
	case MAP_EVENT_HOLE:
		err = event->exit.everywhere
			      ? on_exit_everywhere(engine, event)
			      : on_mapping(engine, engine_find_slot(engine, event->slot), event);
		break;
	case MAP_EVENT_HEAP_ALLOC:
	case MAP_EVENT_HEAP_FREE:
	case MAP_EVENT_HEAP_RESIZE:
	case MAP_EVENT_HEAP_KEEP:
		target = engine_find_slot(engine, event->slot);
		if (target) {
			target->events++;
			err = allocations_handle(target, event);
		}
		break;
	case MAP_EVENT_FORK:
		err = on_fork(engine, event);
		break;
	case MAP_EVENT_EXEC:
		err = on_exec(engine, event);
		break;
	case MAP_EVENT_MM_END:
		err = on_mm_end(engine, engine_find_slot(engine, event->slot));
		break;
	case MAP_EVENT_COLLAPSE:
		target = engine_find_slot(engine, event->slot);
		if (target) {
			target->events++;
			target->rescan.all = true; /* where is not known */
			target->collapses++;
		}
		break;
	}
	if (!err)
		return;
	target = engine_find_slot(engine, event->slot);
	if (target && !target->asked)
		engine_lose_child(engine, target, target->slot, err);
	else if (!engine->pending_error)
		engine->pending_error = err;
}

int engine_make_room(struct engine *engine)
{
	return engine->faults && engine_live_targets(engine) ? faults__free_released(engine->faults)
							     : 0;
}

static int drain_events(struct engine *engine, uint64_t budget_ns)
{
	int left, err;

	if (!engine->faults)
		return 0;
	left = faults__drain(engine->faults, budget_ns, handle_event, engine);
	if (left < 0)
		return left;
	engine->backlog = left;
	err = engine->pending_error;
	engine->pending_error = 0;
	return err ? err : engine_make_room(engine);
}

int engine_drain(struct engine *engine)
{
	return drain_events(engine, 0);
}

int engine_drain_some(struct engine *engine)
{
	return drain_events(engine, DRAIN_NS);
}
