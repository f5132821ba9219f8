/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One snapshot of all targets: drain the ring, scan the page tables, then count.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"
#include "base/test_point.h"
#include "engine/priv.h"
#include "model/rows/explain.h"
#include "model/rows/rows.h"
#include "version.h"

static int fill_regions(const struct engine *engine, const struct target *target,
			const struct tally_input *input, struct process_snapshot *row)
{
	size_t i;
	int err;

	row->regions = calloc(target->vmas.count + 1, sizeof(*row->regions));
	if (!row->regions)
		return -ENOMEM;
	for (i = 0; i < target->vmas.count; i++) {
		struct region_row *region = &row->regions[i];

		region->vma = target->vmas.vmas[i];
		region->vma.path = strdup(region->vma.path);
		row->region_count++;
		if (!region->vma.path)
			return -ENOMEM;
		err = row_fill_region(input, engine->options.heat_cells, region);
		if (err)
			return err;
	}
	return 0;
}

struct story_list {
	struct process_snapshot *row;
	size_t capacity;
};

static int add_story(void *ctx, const struct page_story *story)
{
	struct story_list *list = ctx;
	struct process_snapshot *row = list->row;
	int err;

	err = array_reserve((void **)&row->stories, &list->capacity, row->story_count + 1,
			    sizeof(*row->stories));
	if (!err)
		row->stories[row->story_count++] = *story;
	return err;
}

static int fill_stories(const struct target *target, const struct tally_input *input,
			struct process_snapshot *row)
{
	struct story_list list = { row, 0 };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < target->vmas.count; i++)
		err = tally_stories(input, target->vmas.vmas[i].start, target->vmas.vmas[i].end,
				    add_story, &list);
	return err;
}

static int count_pages(struct engine *engine, struct target *target, struct array_list *arrays,
		       struct process_snapshot *row)
{
	struct tally_input input = {
		.page_bytes = engine->environment.page_bytes,
		.pmd_bytes = engine->environment.pmd_bytes,
		.runs = &target->runs,
		.frames = engine->options.want_frames ? &target->frames : NULL,
	};
	struct touch_facts facts = { 0 };
	int err = 0;

	if (target->touch) {
		input.touched = &facts.touched;
		input.before = &facts.before;
		input.huge_seen = &facts.huge_seen;
		input.huge_maybe = &facts.huge_maybe;
		touch__count_holes(target->touch, &target->map, &target->vmas,
				   &engine->losses.count[LOSS_UNSURE]);
		err = touch__settle(target->touch, &target->map, &target->runs,
				    &engine->losses.count[LOSS_UNSURE]);
	}
	if (!err && target->touch)
		err = touch__facts(target->touch, &target->map, &target->runs, &facts);
	if (!err)
		err = fill_regions(engine, target, &input, row);
	if (!err)
		err = engine_fill_arrays(engine, target, &input, arrays, row);
	if (!err && engine->options.want_stories)
		err = fill_stories(target, &input, row);
	if (!err)
		err = process_snapshot__sum(row, &input);
	touch_facts__deinit(&facts);
	return err;
}

static int scan_moment(struct engine *engine, struct target *target, bool stands_still)
{
	int err = target__scan(engine, target);

	test_point_wait("walked");
	return err ? err : window_end(engine, target, stands_still);
}

/*
 * The page tables first, then the target's memory; an array that was made in between lies in no
 * VMA that was scanned: then all is scanned again, so that every row is of one moment.
 */
static int look(struct engine *engine, struct target *target, struct process_snapshot *row,
		struct array_list *arrays)
{
	bool stands_still = control__held(engine->control) == (pid_t)target->pid;
	int err;

	err = engine_freeze(engine, target, &row->frozen);
	if (!err)
		err = engine_drain(engine);
	if (!err && target->replaced)
		err = -EAGAIN;
	stands_still |= row->frozen;
	if (!err)
		err = window_begin(engine, target, stands_still);
	if (!err)
		err = scan_moment(engine, target, stands_still);
	if (!err) {
		test_point_wait("scanned");
		err = engine_find_arrays(engine, target, row, arrays);
	}
	if (!err && engine_arrays_are_newer(target, arrays))
		err = scan_moment(engine, target, stands_still);
	engine_thaw(engine, target);
	return err;
}

/* The calls that were read ahead are of its life, too. */
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

static int fill_process(struct engine *engine, struct target *target, struct process_snapshot *row)
{
	struct array_list arrays = { 0 };
	int err = 0;

	row->complete = true;
	row->slot = target->slot;
	row->faults_known = target->touch != NULL;
	row->frames_known = engine->options.want_frames;
	if (!target->ended && target->proc) {
		err = look(engine, target, row, &arrays);
		if (!err)
			err = count_pages(engine, target, &arrays, row);
		engine_free_arrays(&arrays);
		/*
		 * It ended while we looked: what was counted until then stands apart as ended. A
		 * process loses its memory a moment before it counts as dead.
		 */
		if (err == -ESRCH)
			err = end_target(engine, target);
		if (err == -EAGAIN)
			return err;
	}
	row->exited = target->ended;
	row->facts = target->facts;
	row->faults = target->faults;
	row->collapses = target->collapses;
	row->huge_unsure = target->huge_unsure && !target->ended;
	if (target->unreadable)
		row->complete = false;
	if (!err && target->touch)
		err = touch__retired(target->touch, &row->retired, &row->retired_count);
	return err;
}

int engine_look(struct engine *engine, struct target *target, struct process_snapshot *row)
{
	int err = fill_process(engine, target, row);

	if (err == -EAGAIN)
		return err;
	if (err && !target->asked) {
		process_snapshot__deinit(row);
		engine_lose_child(engine, target, target->ended ? NO_SLOT : target->slot, err);
		return 0;
	}
	if (err == -EPERM && engine->options.want_frames)
		log_error("the kernel hides page frame numbers: --pfn needs root");
	else if (err)
		log_error("cannot read process %u: %s", target->pid, strerror(-err));
	return err;
}

static void fill_self(struct engine *engine, struct snapshot *snapshot)
{
	struct process_facts facts = { 0 };
	struct timespec now;
	struct rusage usage;

	clock_gettime(CLOCK_REALTIME, &now);
	snapshot->time_unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	snapshot->since_start_ns = engine_now_ns() - engine->start_ns;
	if (!getrusage(RUSAGE_SELF, &usage))
		snapshot->self_cpu_ns =
			(uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
	if (!proc__facts(engine->self, &facts))
		snapshot->self_rss_bytes = facts.rss_kernel_pages * engine->environment.page_bytes;
	if (engine->faults)
		snapshot->self_bpf_bytes = faults__kernel_bytes(engine->faults);
}

/* Of the kernel side, of ours, and of the last scans. */
static int fill_losses(struct engine *engine, struct snapshot *snapshot)
{
	struct faults_losses kernel = { 0 };
	uint64_t *count = snapshot->losses.count;
	size_t i;
	int err;

	if (engine->faults) {
		err = faults__losses(engine->faults, &kernel);
		if (err)
			return err;
	}
	snapshot->losses = engine->losses;
	count[LOSS_CHUNKS] += kernel.chunks;
	count[LOSS_STRAYS] += kernel.strays;
	count[LOSS_SLOTS] += kernel.slots;
	count[LOSS_EVENTS] += kernel.events;
	count[LOSS_HEAP_BLOCKS] += kernel.heap_blocks;
	count[LOSS_OVERDUE] += control__overdue(engine->control);
	for (i = 0; losses__any(&snapshot->losses) && i < snapshot->process_count; i++)
		snapshot->processes[i].complete = false;
	for (i = 0; i < engine->target_count; i++)
		count[LOSS_UNREADABLE] += engine->targets[i]->unreadable;
	snapshot->complete = !losses__any(&snapshot->losses);
	return 0;
}

static void fill_header(struct engine *engine, struct snapshot *snapshot)
{
	enum faults_backend backend = engine->faults ? faults__backend(engine->faults)
						     : FAULTS_NONE;
	bool read = engine->reader_used == PAGE_READER_READ;
	size_t i;

	snapshot->version = PAGEWATCH_VERSION;
	snapshot->environment = engine->environment;
	snapshot->tier = engine->faults ? "faults" : "scan";
	snapshot->backend = faults_backend_name(backend);
	snapshot->page_reader = read ? "read" : "scan";
	snapshot->tells_writes = backend == FAULTS_TP_BTF;
	snapshot->start_ns = engine->start_ns;
	snapshot->max_hold_ns = engine->options.hold_ns;
	if (!(engine->known_categories & PAGE_IS_HUGE_BIT)) {
		snapshot->merged[snapshot->merged_count++] = "anon_huge";
		snapshot->merged[snapshot->merged_count++] = "zero_huge";
	}
	for (i = 0; i < snapshot->process_count && !snapshot->merged_count; i++) {
		if (snapshot->processes[i].huge_unsure)
			snapshot->merged[snapshot->merged_count++] = "anon_huge";
	}
}

static void explain_rows(struct snapshot *snapshot)
{
	size_t i, j;

	for (i = 0; i < snapshot->process_count; i++) {
		struct process_snapshot *process = &snapshot->processes[i];

		for (j = 0; j < process->array_count; j++)
			process->arrays[j].explain =
				explain_array(snapshot, process, &process->arrays[j]);
		for (j = 0; j < process->region_count; j++)
			process->regions[j].explain =
				explain_region(snapshot, process, &process->regions[j]);
	}
}

static int begin(struct engine *engine, struct snapshot *ret)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->complete = true;
	err = engine_drain(engine);
	if (err)
		return err;
	ret->processes = calloc(engine->target_count + 1, sizeof(*ret->processes));
	return ret->processes ? 0 : -ENOMEM;
}

static int finish(struct engine *engine, struct snapshot *ret)
{
	const char *broken;
	int err;

	fill_header(engine, ret);
	err = fill_losses(engine, ret);
	if (err)
		return err;
	explain_rows(ret);
	fill_self(engine, ret);
	broken = snapshot__broken_rule(ret);
	if (broken) {
		log_error("internal error, the counts do not add up: %s", broken);
		return -EPROTO;
	}
	test_point_wait("snapshot");
	return 0;
}

/*
 * A process that calls exec while others are looked at is looked at as its new image. Returns its
 * target, or NULL: it is gone, or (*err) cannot be looked at.
 */
static struct target *look_at_process(struct engine *engine, struct target *target,
				      struct process_snapshot *row, int *err)
{
	uint32_t pid = target->pid;

	while ((*err = engine_look(engine, target, row)) == -EAGAIN) {
		memset(row, 0, sizeof(*row));
		target = engine_find_pid(engine, pid);
		if (!target) {
			*err = 0;
			return NULL;
		}
	}
	return *err || target->lost ? NULL : target;
}

static int add_row(struct engine *engine, struct target *target, struct snapshot *ret)
{
	struct process_snapshot *row = &ret->processes[ret->process_count];
	int err = 0;

	if (!finals_take(target, row))
		target = look_at_process(engine, target, row, &err);
	ret->process_count += target || err;
	if (target && target->touch)
		touch__forget_retired(target->touch);
	return err;
}

int engine__report(struct engine *engine, struct snapshot *ret)
{
	size_t count, i;
	int err;

	err = begin(engine, ret);
	count = engine->target_count;
	for (i = 0; !err && i < count; i++) {
		if (!engine->targets[i]->replaced && !engine->targets[i]->lost)
			err = add_row(engine, engine->targets[i], ret);
	}
	if (!err)
		err = finish(engine, ret);
	if (!err)
		engine_prune(engine);
	return err;
}

int engine__snapshot(struct engine *engine, uint32_t pid, struct snapshot *ret)
{
	struct target *target;
	int err;

	err = begin(engine, ret);
	if (err)
		return err;
	target = engine_find_pid(engine, pid);
	if (target) {
		target = look_at_process(engine, target, &ret->processes[0], &err);
		ret->process_count = target || err;
	}
	return err ? err : finish(engine, ret);
}
