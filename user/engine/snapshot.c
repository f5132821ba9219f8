/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One moment of all targets: drains the ring, scans the page tables, and keeps the result. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/capability.h"
#include "base/counted.h"
#include "base/log.h"
#include "base/test_point.h"
#include "engine/priv.h"
#include "model/moment_lists.h"

/* The touches of the scan; uncertain ones are counted. */
static int settle_touches(struct target *target, struct touch_facts *ret)
{
	int err;

	if (!target->touch)
		return 0;
	touch__count_holes(target->touch, &target->map, &target->vmas,
			   &target->losses.count[LOSS_UNSURE]);
	err = touch__settle(target->touch, &target->map, &target->runs,
			    &target->losses.count[LOSS_UNSURE]);
	return err ? err : touch__facts(target->touch, &target->map, &target->runs, ret);
}

/* Adds heap blocks and mmap calls to the arrays; the pages show which of them still exist. */
static int add_allocations(struct engine *engine, struct target *target, struct array_list *arrays,
			   struct process_moment *row)
{
	const struct tally_input input = {
		.page_bytes = engine->environment.page_bytes,
		.pmd_bytes = engine->environment.pmd_bytes,
		.runs = &target->runs,
	};

	return allocations_add_arrays(engine, target, &input, arrays, row);
}

static int keep_facts(struct engine *engine, struct target *target, struct array_list *arrays,
		      struct process_moment *row)
{
	struct process_lists lists = { .vmas = target->vmas, .runs = target->runs };
	int err = settle_touches(target, &lists.touch);

	if (!err && target->touch)
		row->header.peak_touched = touch__peak(target->touch, &lists.touch.touched);
	target__forget_touches(target);
	if (!err)
		err = add_allocations(engine, target, arrays, row);
	if (engine->options.want_frames)
		lists.frames = target->frames;
	array_ids__sort(arrays);
	lists.arrays = *arrays;
	if (!err)
		err = cached__read(engine, target, arrays, &lists.cached);
	if (!err)
		err = process_moment__keep(row, &lists);
	free(lists.cached.runs);
	touch_facts__deinit(&lists.touch);
	return err;
}

static int scan_moment(struct engine *engine, struct target *target, bool stands_still)
{
	int err = target__scan(engine, target, stands_still);

	test_point_wait("walked");
	return err ? err : window_end(engine, target, stands_still);
}

/* Once more, and all of it, if RSS shows that something else has changed than what was scanned. */
static int scan_checked(struct engine *engine, struct target *target, bool stands_still)
{
	bool again = false;
	int err = scan_moment(engine, target, stands_still);

	if (!err)
		err = still__check(engine, target, &again);
	if (err || !again)
		return err;
	err = scan_moment(engine, target, stands_still);
	return err ? err : still__check(engine, target, &again);
}

/* Arrays that were found, or those of the row before. */
struct found_arrays {
	struct array_list list;
	bool reused;
	struct process_lists lists; /* of that row */
};

static void drop_found(struct found_arrays *found)
{
	/* What is reused belongs to the lists. */
	if (found->reused)
		found->list.count = 0;
	engine_free_arrays(&found->list);
	process_lists__deinit(&found->lists);
}

static int find_arrays(struct engine *engine, struct target *target, struct process_moment *row,
		       struct found_arrays *found)
{
	uint64_t began_cpu_ns = still_cpu_ns();
	int err = still__names(engine, target, row, &found->list, &found->lists, &found->reused);

	if (err || found->reused)
		return err;
	err = engine_find_arrays(engine, target, row, &found->list);
	still__named(target, began_cpu_ns);
	return err;
}

/*
 * The page tables first, then the target's memory. An array that was made in between is in no VMA
 * that was scanned: then everything is scanned again, so that all rows are of one moment.
 */
static int look_at_target(struct engine *engine, struct target *target, struct process_moment *row,
			  struct found_arrays *found)
{
	bool stands_still = control__held(engine->control) == (pid_t)target->pid;
	int err;

	err = engine_freeze(engine, target, &row->header.frozen);
	if (!err)
		err = engine_drain(engine);
	if (!err && target->replaced)
		err = -EAGAIN;
	stands_still |= row->header.frozen;
	if (!err)
		err = window_begin(engine, target, stands_still);
	if (!err)
		err = scan_checked(engine, target, stands_still);
	if (!err) {
		test_point_wait("scanned");
		err = find_arrays(engine, target, row, found);
	}
	if (!err && engine_arrays_are_newer(target, &found->list))
		err = scan_moment(engine, target, stands_still);
	engine_thaw(engine, target);
	return err;
}

/* The calls that were read ahead belong to its life, too. */
static int end_target(struct engine *engine, struct target *target)
{
	int err;

	if (target->slot == NO_SLOT && !proc__alive(target->proc))
		return -EACCES;
	if (target->touch)
		touch__end_window(target->touch);
	err = engine_drain(engine);
	return err ? err : target__end(engine, target, "exit");
}

/* Between the end of the old memory and the record of the new image: microseconds, or a disk. */
#define EXEC_ROUND_NS 1000000
#define EXEC_ROUNDS 2000

/*
 * The memory of a target is gone. -EAGAIN: it was replaced by an exec; else it ends, and is ended
 * here: 0 or -errno.
 */
static int await_image_or_end(struct engine *engine, struct target *target)
{
	const struct timespec pause = { .tv_nsec = EXEC_ROUND_NS };
	int round, err;

	err = engine_drain(engine);
	for (round = 0; !err && !target->ended && target->slot != NO_SLOT && round < EXEC_ROUNDS;
	     round++) {
		if (proc__alive(target->proc))
			break;
		nanosleep(&pause, NULL);
		err = engine_drain(engine);
	}
	if (!err && target->replaced)
		return -EAGAIN;
	return err ? err : end_target(engine, target);
}

/* -ESRCH: it is gone. */
static int scan_process(struct engine *engine, struct target *target, struct process_moment *row)
{
	struct found_arrays found = { .reused = false };
	int err = look_at_target(engine, target, row, &found);

	if (!err)
		err = keep_facts(engine, target, &found.list, row);
	if (!err)
		still__keep(engine, target);
	target__forget_scan(target);
	drop_found(&found);
	return err;
}

static int fill_header(struct target *target, struct process_moment *row)
{
	if (target->ended && target->touch)
		row->header.peak_touched = touch__peak(target->touch, &(struct touch_map){ 0 });
	row->header.exited = target->ended;
	row->header.facts = target->facts;
	row->header.exe = counted__hold(target->exe);
	row->header.faults = target->faults;
	row->header.collapses = target->collapses;
	row->header.huge_unsure = target->huge_unsure && !target->ended;
	row->header.losses = target->losses;
	row->header.losses.count[LOSS_UNREADABLE] = target->unreadable;
	row->header.complete = !losses__any(&row->header.losses);
	return row->header.names_missing.error;
}

static int fill_process(struct engine *engine, struct target *target, struct process_moment *row)
{
	bool lives = !target->ended && target->proc, still = false;
	int err = 0;

	if (lives)
		err = still__row(engine, target, row, &still);
	if (err || still)
		return err ? err : cached__refresh(engine, target, row);
	row->header.complete = true;
	row->header.slot = target->slot;
	row->header.faults_known = target->touch != NULL;
	row->header.frames_known = engine->options.want_frames;
	if (lives)
		err = scan_process(engine, target, row);
	/*
	 * It ended during the snapshot: what was counted until then is reported as ended. A process
	 * loses its memory a moment before it counts as dead.
	 */
	if (err == -ESRCH)
		err = await_image_or_end(engine, target);
	if (err == -EAGAIN)
		return err;
	if (!err)
		err = fill_header(target, row);
	if (!err && target->touch)
		err = touch__retired(target->touch, &row->header.retired,
				     &row->header.retired_count);
	if (!err && lives && !target->ended)
		err = still__note(engine, target, row);
	return err;
}

int engine_look(struct engine *engine, struct target *target, struct process_moment *row)
{
	int err = fill_process(engine, target, row);
	char lacking[CAPABILITY_TEXT];

	if (err == -EAGAIN)
		return err;
	if (err && !target->asked) {
		process_moment__deinit(row);
		engine_lose_child(engine, target, target->ended ? NO_SLOT : target->slot, err);
		return 0;
	}
	if (err == -EPERM && engine->options.want_frames)
		log_error("the kernel hides page frame numbers: --pfn needs %s",
			  capability_say_lacking(CAPABILITY(CAP_SYS_ADMIN), lacking,
						 sizeof(lacking)));
	else if (err)
		log_error("cannot read process %u: %s", target->pid, strerror(-err));
	return err;
}

static int begin_moment(struct engine *engine, struct moment *ret)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->header.complete = true;
	cached__begin(engine);
	err = engine_drain(engine);
	if (!err)
		err = engine_fold_ended(engine);
	if (err)
		return err;
	ret->processes = calloc(engine->target_count + 1, sizeof(*ret->processes));
	return ret->processes ? 0 : -ENOMEM;
}

static int finish_moment(struct engine *engine, struct moment *ret)
{
	int err;

	err = engine_fill_header(engine, ret);
	if (err)
		return err;
	test_point_wait("snapshot");
	return 0;
}

/*
 * A process that calls exec while others are read is read as its new image. Returns its target, or
 * NULL: it is gone, or (*err) cannot be read.
 */
static struct target *look_at_process(struct engine *engine, struct target *target,
				      struct process_moment *row, int *err)
{
	uint32_t pid = target->pid;

	while ((*err = engine_look(engine, target, row)) == -EAGAIN) {
		process_moment__deinit(row);
		target = engine_find_pid(engine, pid);
		if (!target) {
			*err = 0;
			return NULL;
		}
	}
	return *err || target->lost ? NULL : target;
}

static int add_row(struct engine *engine, struct target *target, struct moment *ret)
{
	struct process_moment *row = &ret->processes[ret->process_count];
	int err = 0;

	if (!target__take_final(target, row))
		target = look_at_process(engine, target, row, &err);
	ret->process_count += target || err;
	if (target && target->touch)
		touch__forget_retired(target->touch);
	return err;
}

int engine__report(struct engine *engine, struct moment *ret)
{
	size_t count, i;
	int err;

	err = begin_moment(engine, ret);
	count = engine->target_count;
	for (i = 0; !err && i < count; i++) {
		if (!engine->targets[i]->replaced && !engine->targets[i]->lost)
			err = add_row(engine, engine->targets[i], ret);
	}
	ret->header.rest = engine->rest;
	if (!err)
		err = finish_moment(engine, ret);
	if (!err)
		engine_prune(engine);
	return err;
}

/* A process that ended meanwhile has no memory to show: the next report has it. */
static int add_live(struct engine *engine, struct target *target, struct moment *ret)
{
	struct process_moment *row = &ret->processes[ret->process_count];
	int err;

	target = look_at_process(engine, target, row, &err);
	ret->process_count += target || err;
	if (!err && target && row->header.exited) {
		process_moment__deinit(row);
		ret->process_count--;
	}
	return err;
}

int engine__look(struct engine *engine, struct moment *ret)
{
	size_t count, i;
	int err;

	err = begin_moment(engine, ret);
	count = engine->target_count;
	for (i = 0; !err && i < count; i++) {
		struct target *target = engine->targets[i];

		if (!target->ended && !target->replaced && !target->lost)
			err = add_live(engine, target, ret);
	}
	return err ? err : finish_moment(engine, ret);
}

int engine__snapshot(struct engine *engine, uint32_t pid, struct moment *ret)
{
	struct target *target;
	int err;

	err = begin_moment(engine, ret);
	if (err)
		return err;
	target = engine_find_pid(engine, pid);
	if (target) {
		target = look_at_process(engine, target, &ret->processes[0], &err);
		ret->process_count = target || err;
	}
	return err ? err : finish_moment(engine, ret);
}
