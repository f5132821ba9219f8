/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the page cache has of a target's mappings: asked for the borders of its arrays. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/counted.h"
#include "base/test_point.h"
#include "collect/pages/cached_runs.h"
#include "control/clock.h"
#include "engine/priv.h"
#include "model/index/array_pages.h"
#include "model/moment_kinds.h"

/* For all processes of a moment: some 10 GiB of shared memory, or any amount of files. */
#define MOMENT_US 1000000u

/* In the live view answers serve for so many times what they took: a hundredth of a core. */
#define LIVE_COST 100u

/* An array of more separate ranges than this is counted as a whole, and so are all after these. */
#define RANGES_MAX 4096u
#define CUTS_MAX 100000u

struct cuts {
	uint64_t *items;
	size_t count;
	size_t capacity;
};

static int add_cut(struct cuts *cuts, uint64_t address)
{
	if (array_reserve((void **)&cuts->items, &cuts->capacity, cuts->count + 1,
			  sizeof(*cuts->items)))
		return -ENOMEM;
	cuts->items[cuts->count++] = address;
	return 0;
}

static bool meets_cached(const struct vma_list *vmas, const struct array_desc *array)
{
	size_t i = vma_list__first_above(vmas, array->start);

	for (; i < vmas->count && vmas->vmas[i].start < array->end; i++) {
		if (cached_runs_concern(&vmas->vmas[i]))
			return true;
	}
	return false;
}

/* The pages that an array has bytes on, and those that lie inside it. */
static int add_ends(struct cuts *cuts, const struct array_desc *array, uint64_t page)
{
	const uint64_t ends[] = { array->start - array->start % page,
				  array->start + (page - array->start % page) % page,
				  array->end - array->end % page,
				  array->end + (page - array->end % page) % page };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(ends) / sizeof(ends[0]); i++)
		err = add_cut(cuts, ends[i]);
	return err;
}

static int add_ranges(struct cuts *cuts, const struct array_desc *array, uint64_t page)
{
	struct intervals pages = { 0 };
	size_t i;
	int err = array_pages(array, page, &pages);

	if (!err && (pages.count > RANGES_MAX || cuts->count + 2 * pages.count > CUTS_MAX))
		err = -E2BIG;
	for (i = 0; !err && i < pages.count; i++) {
		err = add_cut(cuts, pages.items[i].start);
		if (!err)
			err = add_cut(cuts, pages.items[i].end);
	}
	intervals__deinit(&pages);
	return err == -E2BIG ? 0 : err;
}

static int by_address(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void drop_doubles(struct cuts *cuts)
{
	size_t i, count = 0;

	for (i = 0; i < cuts->count; i++) {
		if (!count || cuts->items[count - 1] != cuts->items[i])
			cuts->items[count++] = cuts->items[i];
	}
	cuts->count = count;
}

static int make_cuts(const struct engine *engine, const struct vma_list *vmas,
		     const struct array_list *arrays, struct cuts *ret)
{
	uint64_t page = engine->environment.page_bytes;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < arrays->count && ret->count < CUTS_MAX; i++) {
		const struct array_desc *array = &arrays->arrays[i];

		if (array->start >= array->end || !meets_cached(vmas, array))
			continue;
		err = add_ends(ret, array, page);
		if (!err && array->shape)
			err = add_ranges(ret, array, page);
	}
	array_sort(ret->items, ret->count, sizeof(*ret->items), by_address);
	drop_doubles(ret);
	return err;
}

/* Answers of a live view's last moment serve for a while. */
static bool still_serves(const struct engine *engine, const struct target *target)
{
	const struct still *still = &target->still;

	return engine->options.reuse_still && still->known &&
	       clock_now_ns() - still->cached_ns < LIVE_COST * still->cached_cost_ns;
}

static int ask_cached(struct engine *engine, struct target *target, const struct cuts *cuts,
		      const struct cached_list *known, struct cached_list *ret)
{
	const struct cached_question question = {
		.proc = target->proc,
		.vmas = &target->vmas,
		.page_bytes = engine->environment.page_bytes,
		.cuts = cuts->items,
		.cut_count = cuts->count,
		.known = known,
		.left_ns = &engine->cached_left_ns,
	};
	uint64_t began_ns = clock_now_ns();
	int err = cached_runs_read(&question, ret);

	if (!known) {
		target->still.cached_ns = clock_now_ns();
		target->still.cached_cost_ns = target->still.cached_ns - began_ns;
	}
	return err;
}

void cached__begin(struct engine *engine)
{
	engine->cached_left_ns = test_point_limit("cached-us", MOMENT_US) * 1000ull;
}

int cached__read(struct engine *engine, struct target *target, const struct array_list *arrays,
		 struct cached_list *ret)
{
	struct process_lists was = { 0 };
	struct cuts cuts = { 0 };
	bool serves = still_serves(engine, target);
	int err = make_cuts(engine, &target->vmas, arrays, &cuts);

	if (!err && serves)
		err = process_lists__of(&target->still.row, &was);
	if (!err)
		err = ask_cached(engine, target, &cuts, serves ? &was.cached : NULL, ret);
	process_lists__deinit(&was);
	free(cuts.items);
	return err;
}

/* Of a row whose process stood still: others may have changed what is cached. */
int cached__refresh(struct engine *engine, struct target *target, struct process_moment *row)
{
	const struct shared_list *list;
	struct cached_list now = { 0 };
	struct process_lists was;
	int err;

	if (still_serves(engine, target))
		return 0;
	err = process_lists__of(row, &was);
	if (!err)
		err = cached__read(engine, target, &was.arrays, &now);
	process_lists__deinit(&was);
	list = err ? NULL : shared_list__new(moment_kind(MOMENT_CACHED), now.runs, now.count);
	free(now.runs);
	if (!list)
		return err ? err : -ENOMEM;
	counted__drop(row->lists[MOMENT_CACHED]);
	row->lists[MOMENT_CACHED] = list;
	err = shared_list__share(moment_kind(MOMENT_CACHED), &row->lists[MOMENT_CACHED],
				 target->still.row.lists[MOMENT_CACHED]);
	counted__drop(target->still.row.lists[MOMENT_CACHED]);
	target->still.row.lists[MOMENT_CACHED] = counted__hold(row->lists[MOMENT_CACHED]);
	return err;
}
