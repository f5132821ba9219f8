/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pairs what the two moments have, and keeps what differs. */
#include "model/diff/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/progress.h"
#include "model/diff/diff_mappings.h"
#include "model/diff/diff_pairs.h"
#include "model/moment_lists.h"
#include "model/rows/selection.h"
#include "model/rows/snapshot.h"

/*
 * Steps of index walks, some 20 ns each, for one change of one array, and for all of a diff: each
 * process has an equal share of what those before it left.
 */
#define STEPS_ONE (1ull << 22)
#define STEPS_ALL (1ull << 24)

/* One process at one moment. */
struct side {
	const struct process_moment *process; /* NULL: not there */
	struct process_lists lists;
	const struct process_snapshot *counts;
	const struct array_desc **arrays; /* the wanted ones, owned */
	size_t array_count;
	uint64_t page_bytes;
};

static void diff_row__deinit(struct diff_row *row)
{
	int i;

	array_change__deinit(&row->change);
	for (i = 0; i < CHANGES; i++)
		index_set__deinit(&row->elements[i]);
}

static void diff_process__deinit(struct diff_process *process)
{
	size_t i;

	for (i = 0; i < process->row_count; i++)
		diff_row__deinit(&process->rows[i]);
	free(process->rows);
	diff_mappings__free(process->mappings, process->mapping_count);
}

void diff__deinit(struct diff *diff)
{
	size_t i;

	for (i = 0; i < diff->process_count; i++)
		diff_process__deinit(&diff->processes[i]);
	free(diff->processes);
	for (i = 0; i < 2; i++) {
		if (diff->counts[i])
			snapshot__deinit(diff->counts[i]);
		free(diff->counts[i]);
	}
	memset(diff, 0, sizeof(*diff));
}

/* Also what shows memory of another row: a view has indices of its own. */
static int list_wanted(struct side *side, const struct view *view)
{
	const struct view wanted = { .min_bytes = view->min_bytes,
				     .min_heap_bytes = view->min_heap_bytes,
				     .filter = view->filter };
	struct selection selection;
	size_t i;
	int err;

	err = selection__init(&selection, side->counts, &wanted, side->page_bytes);
	if (!err) {
		side->arrays = calloc(selection.count + 1, sizeof(*side->arrays));
		err = side->arrays ? 0 : -ENOMEM;
	}
	for (i = 0; !err && i < selection.count; i++) {
		const struct row_entry *entry = &selection.entries[i];

		if (entry->array && entry->place == ROW_SHOWN)
			side->arrays[side->array_count++] = &entry->array->desc;
	}
	selection__deinit(&selection);
	return err;
}

static const struct process_snapshot *counts_of(const struct snapshot *counts,
						const struct process_moment *process)
{
	size_t i;

	for (i = 0; i < counts->process_count && counts->processes[i].moment != process; i++)
		;
	return &counts->processes[i];
}

static int open_side(struct side *side, const struct snapshot *counts,
		     const struct process_moment *process, const struct view *view)
{
	int err;

	*side = (struct side){ .process = process,
			       .page_bytes = counts->header.environment.page_bytes };
	if (!process)
		return 0;
	side->counts = counts_of(counts, process);
	err = process_lists__of(process, &side->lists);
	return err ? err : list_wanted(side, view);
}

static void close_side(struct side *side)
{
	free(side->arrays);
	process_lists__deinit(&side->lists);
}

static bool same_life(const struct side sides[2])
{
	const struct process_facts *before, *after;

	if (!sides[0].process || !sides[1].process)
		return false;
	before = &sides[0].process->header.facts;
	after = &sides[1].process->header.facts;
	return before->pid == after->pid && before->start_ticks == after->start_ticks;
}

static int compare_pair(const struct side sides[2], const struct array_pair *pair,
			struct diff_row *row)
{
	struct change_side change[2];
	int i;

	for (i = 0; i < 2; i++) {
		row->array[i] = pair->of[i];
		change[i] = (struct change_side){
			.array = pair->of[i],
			.runs = &sides[i].lists.runs,
			.page_bytes = sides[i].page_bytes,
			.huge_known = !sides[i].process || !sides[i].process->header.huge_unsure,
		};
	}
	row->elsewhere = pair->of[0] && pair->of[1] && pair->of[0]->start != pair->of[1]->start &&
			 same_life(sides);
	return array_change__fill(&change[0], &change[1], &row->change);
}

/* Arrays that appeared or are gone differ, also without a page. */
static bool row_differs(const struct diff_row *row)
{
	return !row->array[0] || !row->array[1] || array_change__bytes(&row->change);
}

static const char *name_of(const struct diff_row *row)
{
	return row->array[row->array[1] ? 1 : 0]->name;
}

static int largest_first(const void *left, const void *right)
{
	const struct diff_row *a = left, *b = right;
	uint64_t x = array_change__bytes(&a->change), y = array_change__bytes(&b->change);

	return x != y ? (x < y ? 1 : -1) : strcmp(name_of(a), name_of(b));
}

static int compare_arrays(struct diff_process *ret, const struct side sides[2])
{
	struct array_pair *pairs = NULL;
	size_t count = 0, i;
	int err;

	err = diff_pair_arrays(sides[0].arrays, sides[0].array_count, sides[1].arrays,
			       sides[1].array_count, &pairs, &count);
	if (!err && same_life(sides))
		err = diff_pair_renamed(pairs, &count);
	if (!err) {
		ret->rows = calloc(count + 1, sizeof(*ret->rows));
		err = ret->rows ? 0 : -ENOMEM;
	}
	progress_stage("comparing arrays", count);
	for (i = 0; !err && i < count; i++) {
		struct diff_row *row = &ret->rows[ret->row_count++];

		progress_step(1);
		err = compare_pair(sides, &pairs[i], row);
		if (!err && !row_differs(row)) {
			diff_row__deinit(row);
			memset(row, 0, sizeof(*row));
			ret->row_count--;
			ret->same++;
		}
	}
	free(pairs);
	if (!err)
		array_sort(ret->rows, ret->row_count, sizeof(*ret->rows), largest_first);
	return err;
}

static void keep_top(struct diff_process *process, uint32_t top)
{
	while (top && process->row_count > top) {
		diff_row__deinit(&process->rows[--process->row_count]);
		process->more_rows++;
	}
}

/* *steps is what it may take, and then what is left. */
static int fill_elements(struct diff_process *process, uint64_t *steps)
{
	size_t i;
	int change, err = 0;

	for (i = 0; !err && i < process->row_count; i++) {
		struct diff_row *row = &process->rows[i];
		const struct array_desc *array = row->array[row->array[1] ? 1 : 0];

		for (change = 0; !err && array->shape && change < CHANGES; change++) {
			uint64_t granted = *steps < STEPS_ONE ? *steps : STEPS_ONE, left = granted;

			err = index_set__fill(array, &row->change.ranges[change], &left,
					      &row->elements[change]);
			*steps -= granted - left;
		}
	}
	return err;
}

static int compare_processes(struct diff_process *ret, const struct side sides[2],
			     const struct view *view, uint64_t *steps)
{
	int i, err;

	ret->names_known = true;
	for (i = 0; i < 2; i++) {
		if (!sides[i].process)
			continue;
		ret->header[i] = &sides[i].process->header;
		ret->rss_bytes[i] = sides[i].counts->rss_pages * sides[i].page_bytes;
		if (sides[i].process->header.names_missing.length)
			ret->names_known = false;
	}
	err = compare_arrays(ret, sides);
	if (err)
		return err;
	keep_top(ret, view->top);
	err = fill_elements(ret, steps);
	if (!err)
		err = diff_mappings(sides[0].counts, sides[1].counts, view->filter,
				    (uint64_t[]){ sides[0].page_bytes, sides[1].page_bytes },
				    &ret->mappings, &ret->mapping_count);
	return err;
}

static int compare_pair_of_processes(struct diff *diff, const struct process_pair *pair,
				     const struct view *view, uint64_t *steps)
{
	struct side sides[2] = { 0 };
	int i, err = 0;

	for (i = 0; !err && i < 2; i++)
		err = open_side(&sides[i], diff->counts[i], pair->of[i], view);
	if (!err)
		err = compare_processes(&diff->processes[diff->process_count++], sides, view,
					steps);
	for (i = 0; i < 2; i++)
		close_side(&sides[i]);
	return err;
}

static bool states_known(const struct moment *moment)
{
	size_t i;

	if (losses__first(&moment->header.losses, LOSS_AFFECTS_STATES) != LOSS_KINDS)
		return false;
	for (i = 0; i < moment->process_count; i++) {
		if (losses__first(&moment->processes[i].header.losses, LOSS_AFFECTS_STATES) !=
		    LOSS_KINDS)
			return false;
	}
	return true;
}

int diff__of(const struct moment *before, const struct moment *after, const struct view *view,
	     struct diff *ret)
{
	struct process_pair *pairs = NULL;
	uint64_t left = STEPS_ALL;
	size_t count = 0, i;
	int err;

	*ret = (struct diff){ .moments = { before, after },
			      .known = states_known(before) && states_known(after) };
	for (i = 0, err = 0; !err && i < 2; i++) {
		ret->counts[i] = calloc(1, sizeof(*ret->counts[i]));
		err = ret->counts[i] ? snapshot__counts(ret->moments[i], ret->counts[i]) : -ENOMEM;
	}
	if (!err)
		err = diff_pair_processes(before, after, &pairs, &count);
	if (!err) {
		ret->processes = calloc(count + 1, sizeof(*ret->processes));
		err = ret->processes ? 0 : -ENOMEM;
	}
	for (i = 0; !err && i < count; i++) {
		uint64_t share = left / (count - i), unused = share;

		err = compare_pair_of_processes(ret, &pairs[i], view, &unused);
		left -= share - unused;
	}
	free(pairs);
	return err;
}

bool diff__any(const struct diff *diff)
{
	size_t i;

	for (i = 0; i < diff->process_count; i++) {
		const struct diff_process *process = &diff->processes[i];

		if (process->row_count || process->mapping_count || !process->header[0] ||
		    !process->header[1])
			return true;
	}
	return false;
}
