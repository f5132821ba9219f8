/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A process in which nothing happens need not be scanned again: its row is the one before. Whatever
 * changes a page shows in one of the signs, but for a few causes (docs/DESIGN.md). So now and then
 * everything is scanned all the same, and compared.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/test_point.h"
#include "control/clock.h"
#include "engine/priv.h"
#include "model/moment_lists.h"

/* A fault that was counted so long ago has changed its page, or waits for a disk: then RSS shows it. */
#define FAULT_MS 300u

/* A scan of everything is due after this time, or after so many times what the last one took. */
#define WHOLE_MS 30000u
#define WHOLE_COST 100u

static uint64_t cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* With --freeze a moment is of one point in time, and frames move without a sign. */
static bool can_tell(const struct engine *engine, const struct target *target)
{
	return engine->options.reuse_still && target->touch && !engine->options.freeze &&
	       !engine->options.want_frames;
}

/* The events until now have been handled. */
static int read_signs(struct engine *engine, struct target *target, struct still_signs *ret)
{
	struct fault_activity activity;
	uint64_t now_ns = clock_now_ns();
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->events = target->events;
	err = faults__activity(engine->faults, target->slot, &activity);
	if (!err)
		err = faults__losses(engine->faults, &ret->losses);
	if (!err)
		err = proc__memory(target->proc, &ret->memory);
	ret->faults = activity.faults;
	ret->settled = activity.last_ns + test_point_limit("fault-ms", FAULT_MS) * 1000000ull <
			       now_ns &&
		       !touch__unsettled(target->touch);
	return err;
}

static bool is_same_vma(const struct vma *a, const struct vma *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->inode == b->inode && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor && a->kind == b->kind && a->readable == b->readable &&
	       a->writable == b->writable && a->executable == b->executable &&
	       a->shared == b->shared && !strcmp(a->path, b->path);
}

/* Reads the VMAs anew: mprotect and the growth of a stack give no other sign. */
static int compare_vmas(const struct target *target, bool *same)
{
	struct vma_list now = { 0 };
	size_t i;
	int err = maps_read(target->proc, &now);

	*same = !err && now.count == target->vmas.count;
	for (i = 0; *same && i < now.count; i++)
		*same = is_same_vma(&now.vmas[i], &target->vmas.vmas[i]);
	vma_list__deinit(&now);
	return err;
}

static bool is_same(const struct still_signs *a, const struct still_signs *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static uint64_t whole_after_ns(const struct still *still)
{
	uint64_t least_ns = test_point_limit("whole-ms", WHOLE_MS) * 1000000ull;

	return WHOLE_COST * still->cost_ns > least_ns && least_ns == WHOLE_MS * 1000000ull
		       ? WHOLE_COST * still->cost_ns
		       : least_ns;
}

/* Whether nothing has happened since the last scan, by the signs that were just read. */
static int signs_hold(const struct target *target, bool *ret)
{
	const struct still *still = &target->still;

	*ret = still->known && still->signs.settled && is_same(&still->signs, &still->begun);
	return *ret ? compare_vmas(target, ret) : 0;
}

int still__row(struct engine *engine, struct target *target, struct process_moment *row, bool *ret)
{
	struct still *still = &target->still;
	uint64_t now_ns = clock_now_ns();
	int err;

	*ret = still->held = false;
	if (!can_tell(engine, target))
		return 0;
	still->began_ns = now_ns;
	still->began_cpu_ns = cpu_now_ns();
	err = read_signs(engine, target, &still->begun);
	if (!err)
		err = signs_hold(target, &still->held);
	/* It may be gone: the scan finds out. */
	if (err || !still->held)
		return err == -ENOMEM ? err : 0;
	if (now_ns - still->scanned_ns >= whole_after_ns(still))
		return 0;
	err = process_moment__copy(&still->row, row);
	row->header.scan_age_ns = now_ns - still->scanned_ns;
	*ret = true;
	return err;
}

/* A scan of everything, without a sign since the last one: what differs had no sign. */
static int compare_scans(struct engine *engine, struct target *target,
			 const struct process_moment *row)
{
	struct process_lists was, is;
	struct still_signs signs;
	uint64_t bytes = 0;
	bool same;
	int err = engine_drain(engine);

	if (err || target->ended || !target->proc)
		return err;
	err = read_signs(engine, target, &signs);
	if (!err)
		err = compare_vmas(target, &same);
	if (err || !same || !is_same(&signs, &target->still.begun))
		return err == -ENOMEM ? err : 0;
	err = process_lists__of(&target->still.row, &was);
	if (!err)
		err = process_lists__of(row, &is);
	else
		memset(&is, 0, sizeof(is));
	if (!err)
		bytes = page_runs__differ(&was.runs, &is.runs);
	process_lists__deinit(&was);
	process_lists__deinit(&is);
	if (bytes)
		log_warn("process %u: %" PRIu64 " pages had changed without a fault or a call; "
			 "they were shown as they were before",
			 target->pid, bytes / engine->environment.page_bytes);
	return err;
}

int still__note(struct engine *engine, struct target *target, struct process_moment *row)
{
	struct still *still = &target->still;
	struct process_moment copy = { 0 };
	int err = 0;

	if (!can_tell(engine, target))
		return 0;
	if (still->held)
		err = compare_scans(engine, target, row);
	/* Without memory less is shared. */
	process_moment__share(row, still->known ? &still->row : NULL);
	if (!err)
		err = process_moment__copy(row, &copy);
	process_moment__deinit(&still->row);
	still->known = !err;
	still->row = copy;
	still->signs = still->begun;
	still->scanned_ns = still->began_ns;
	still->cost_ns = cpu_now_ns() - still->began_cpu_ns;
	return err;
}
