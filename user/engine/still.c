/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The last scan of a process serves on. Where nothing happens its row is that of the next moment,
 * too; else only the parts that may have changed are scanned again (rescan.c). Whatever changes a
 * page shows in one of the signs, but for a few causes (docs/DESIGN.md). So now and then everything
 * is scanned all the same, and compared.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/counted.h"
#include "base/log.h"
#include "base/test_point.h"
#include "control/clock.h"
#include "engine/priv.h"
#include "model/moment_lists.h"

/* A scan of everything is due after this time, or after so many times what the last one took. */
#define WHOLE_MS 30000u
#define WHOLE_COST 100u

/* Names are looked for again after so many times what that took: half a hundredth of a core. */
#define NAMES_COST 200u

uint64_t still_cpu_ns(void)
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
	ret->settled = activity.last_ns + rescan_fault_ns() < now_ns &&
		       !touch__unsettled(target->touch);
	return err;
}

/* Reads the VMAs anew: mprotect and the growth of a stack give no other sign. */
static int compare_vmas(const struct target *target, bool *same)
{
	struct vma_list now = { 0 };
	size_t i;
	int err = maps_read(target->proc, &now);

	*same = !err && now.count == target->vmas.count;
	for (i = 0; *same && i < now.count; i++)
		*same = vma_same(&now.vmas[i], &target->vmas.vmas[i]);
	vma_list__deinit(&now);
	return err;
}

static bool is_same(const struct still_signs *a, const struct still_signs *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* So long after a scan of everything the next one may not take more than a hundredth of a core. */
static uint64_t whole_rest_ns(const struct still *still)
{
	return WHOLE_COST * still->whole_cost_ns;
}

static bool is_whole_due(const struct still *still)
{
	uint32_t whole_ms = test_point_limit("whole-ms", WHOLE_MS);
	uint64_t passed_ns = still->began_ns - still->whole_ns;

	return passed_ns >= whole_ms * 1000000ull &&
	       (whole_ms < WHOLE_MS || passed_ns >= whole_rest_ns(still));
}

/* Whether nothing has happened since the last scan, by the signs that were just read. */
static int signs_hold(const struct target *target, bool *ret)
{
	const struct still *still = &target->still;

	*ret = still->signs.settled && is_same(&still->signs, &still->begun);
	return *ret ? compare_vmas(target, ret) : 0;
}

/* Whether what may have changed is known. */
static bool knows_parts(const struct engine *engine, const struct target *target)
{
	const struct still *still = &target->still;

	return still->known && !target->rescan.all && !target->unreadable &&
	       engine->reader_used == PAGE_READER_SCAN &&
	       !memcmp(&still->signs.losses, &still->begun.losses, sizeof(still->begun.losses));
}

int still__row(struct engine *engine, struct target *target, struct process_moment *row, bool *ret)
{
	struct still *still = &target->still;
	bool due;
	int err;

	*ret = false;
	still->scan = SCAN_WHOLE;
	if (!can_tell(engine, target))
		return 0;
	still->began_ns = clock_now_ns();
	still->began_cpu_ns = still_cpu_ns();
	err = read_signs(engine, target, &still->begun);
	due = is_whole_due(still);
	if (!err && still->known && !due)
		err = signs_hold(target, ret);
	/* It may be gone: the scan finds out. */
	if (err) {
		*ret = false;
		return err == -ENOMEM ? err : 0;
	}
	if (!*ret && knows_parts(engine, target))
		still->scan = due ? SCAN_DUE : SCAN_PARTS;
	if (!*ret)
		return 0;
	err = process_moment__copy(&still->row, row);
	row->header.scan_age_ns = still->began_ns - still->whole_ns;
	return err;
}

int still__check(struct engine *engine, struct target *target, bool *ret)
{
	struct still *still = &target->still;
	struct rescan_drift drift;
	struct proc_memory memory;
	int err;

	*ret = false;
	if (!can_tell(engine, target))
		return 0;
	err = proc__memory(target->proc, &memory);
	if (err)
		return err;
	drift = rescan_drift(&target->runs, &target->vmas, &still->begun.memory, &memory);
	if (still->scan != SCAN_PARTS) {
		still->begun_drift = drift;
		return 0;
	}
	if (!rescan_drifted(&still->drift, &drift))
		return 0;
	/* Not at rest: it is looked at again, until there is time for a scan of everything. */
	still->begun.settled = 0;
	*ret = still->began_ns - still->whole_ns >= whole_rest_ns(still);
	if (*ret)
		still->scan = SCAN_WHOLE;
	return 0;
}

static void tell_difference(const struct target *target, uint64_t pages)
{
	log_warn("process %u: %" PRIu64 " pages had changed without a fault or a call; they were "
		 "shown as they were before",
		 target->pid, pages);
}

/* Pages that RSS would have told of are none: then that scan would have been of everything, too. */
static void compare_runs(const struct engine *engine, const struct target *target,
			 const struct page_runs *parts, const struct proc_memory *memory)
{
	const struct still *still = &target->still;
	const struct rescan_drift drift =
		rescan_drift(parts, &target->vmas, &still->begun.memory, memory);
	uint64_t bytes = page_runs__differ(parts, &still->begun_runs);

	if (bytes && !rescan_drifted(&still->drift, &drift))
		tell_difference(target, bytes / engine->environment.page_bytes);
}

/* What a scan of the parts would have shown, against the scan of everything. */
static int compare_scans(struct engine *engine, struct target *target, struct intervals *taken)
{
	struct still *still = &target->still;
	struct page_runs parts = { 0 };
	struct process_lists was;
	struct proc_memory memory;
	int err = rescan__faults(engine, target, still->scanned_ns, taken);

	/* A chunk that a call ends now was among those, or the call is among the events. */
	if (!err)
		err = engine_drain(engine);
	if (err || target->ended || !target->proc || target->rescan.all)
		return err;
	err = process_lists__of(&still->row, &was);
	if (!err)
		err = rescan__ranges(engine, target, &was.vmas, still->scanned_ns, taken);
	process_lists__deinit(&was);
	if (!err)
		err = proc__memory(target->proc, &memory);
	if (!err)
		err = page_runs__merge(&still->runs, &still->begun_runs, taken, &parts);
	if (!err)
		compare_runs(engine, target, &parts, &memory);
	page_runs__deinit(&parts);
	return err == -ENOMEM ? err : 0;
}

void still__keep(struct engine *engine, struct target *target)
{
	if (!can_tell(engine, target))
		return;
	page_runs__deinit(&target->still.begun_runs);
	target->still.begun_runs = target->runs;
	target->runs = (struct page_runs){ 0 };
}

static void note_scan(struct target *target)
{
	struct still *still = &target->still;

	page_runs__deinit(&still->runs);
	still->runs = still->begun_runs;
	still->begun_runs = (struct page_runs){ 0 };
	still->signs = still->begun;
	still->scanned_ns = still->began_ns;
	if (still->scan == SCAN_PARTS)
		return;
	still->whole_ns = still->began_ns;
	still->whole_cost_ns = still_cpu_ns() - still->began_cpu_ns;
	still->drift = still->begun_drift;
}

int still__note(struct engine *engine, struct target *target, struct process_moment *row)
{
	struct still *still = &target->still;
	struct intervals taken = target->rescan.dirty;
	bool compares = still->scan == SCAN_DUE && !target->rescan.all;
	struct process_moment copy = { 0 };
	int err = 0;

	if (!can_tell(engine, target))
		return 0;
	/* Of what happens from now on the next scan is to know. */
	target->rescan = (struct rescan){ 0 };
	if (compares)
		err = compare_scans(engine, target, &taken);
	intervals__deinit(&taken);
	/* Without memory less is shared. */
	process_moment__share(row, &still->row);
	if (!err)
		err = process_moment__copy(row, &copy);
	process_moment__deinit(&still->row);
	still->known = !err;
	still->row = copy;
	note_scan(target);
	row->header.scan_age_ns = still->began_ns - still->whole_ns;
	return err;
}

static bool may_look_for_names(const struct engine *engine, const struct target *target)
{
	const struct still *still = &target->still;

	if (still->scan != SCAN_PARTS || engine->options.heap_min_bytes ||
	    engine->options.want_mappings)
		return true;
	if (still->began_ns - still->names_ns < NAMES_COST * still->names_cost_ns)
		return false;
	return target->events != still->names_events ||
	       memcmp(&still->begun.memory, &still->names_memory, sizeof(still->names_memory));
}

/* The row before, without its lists and what is filled in anew. */
static int begin_row(const struct still *still, struct process_moment *row)
{
	unsigned int i;
	int err = process_moment__copy(&still->row, row);

	for (i = 0; i < MOMENT_LISTS; i++) {
		counted__drop(row->lists[i]);
		row->lists[i] = NULL;
	}
	counted__drop(row->header.exe);
	row->header.exe = NULL;
	row->header.complete = true;
	return err;
}

int still__names(struct engine *engine, struct target *target, struct process_moment *row,
		 struct array_list *ret, struct process_lists *lists, bool *reused)
{
	size_t i;
	int err;

	memset(lists, 0, sizeof(*lists));
	*reused = can_tell(engine, target) && !may_look_for_names(engine, target);
	if (!*reused)
		return 0;
	err = begin_row(&target->still, row);
	if (!err)
		err = process_lists__of(&target->still.row, lists);
	if (!err)
		err = array_reserve((void **)&ret->arrays, &ret->capacity, lists->arrays.count + 1,
				    sizeof(*ret->arrays));
	for (i = 0; !err && i < lists->arrays.count; i++) {
		const struct array_list one = { &lists->arrays.arrays[i], 1, 1 };

		if (!engine_arrays_are_newer(target, &one))
			ret->arrays[ret->count++] = one.arrays[0];
	}
	return err;
}

void still__named(struct target *target, uint64_t began_cpu_ns)
{
	struct still *still = &target->still;

	still->names_ns = still->began_ns;
	still->names_cost_ns = still_cpu_ns() - began_cpu_ns;
	still->names_events = target->events;
	still->names_memory = still->begun.memory;
}
