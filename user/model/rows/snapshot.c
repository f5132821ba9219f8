/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Makes rows from the facts of a moment, and checks them. */
#include "model/rows/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "model/moment_lists.h"
#include "model/rows/array_rows.h"
#include "model/rows/details.h"
#include "model/rows/rows.h"

static void process_snapshot__deinit(struct process_snapshot *process)
{
	size_t i;

	for (i = 0; i < process->region_count; i++)
		region_row__drop_details(&process->regions[i]);
	for (i = 0; i < process->array_count; i++)
		array_row__drop_details(&process->arrays[i]);
	free(process->regions);
	free(process->arrays);
}

void snapshot__deinit(struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		process_snapshot__deinit(&snapshot->processes[i]);
	free(snapshot->processes);
	memset(snapshot, 0, sizeof(*snapshot));
}

static const char *broken_tally(const struct tally *tally, bool faults_known)
{
	const struct cached_tally *cached = &tally->cached;
	uint64_t states = 0, resident = 0, ledger = 0;
	unsigned int i;

	for (i = 0; i < PAGE_STATES; i++) {
		states += tally->states[i];
		if (page_state_resident((enum page_state)i))
			resident += tally->states[i];
	}
	if (states != tally->pages)
		return "states do not sum to pages";
	if (resident != tally->resident)
		return "resident states do not sum to resident";
	if (cached->pages > tally->pages || cached->cached + cached->swapped > cached->pages ||
	    cached->dirty > cached->cached)
		return "more pages are cached or swapped than are mapped from files or shared";
	if (!faults_known)
		return NULL;
	for (i = 0; i < LEDGER_CLASSES; i++)
		ledger += tally->ledger[i];
	if (ledger != tally->resident)
		return "the ledger does not sum to resident";
	if (tally->touch.pages_touched !=
	    tally->ledger[LEDGER_TOUCHED] + tally->touch.zero_read + tally->touch.gone)
		return "touched pages are not touched + zero_read + gone";
	return NULL;
}

const char *process_snapshot__broken_rule(const struct process_snapshot *process)
{
	struct tally sum = { 0 };
	const char *broken;
	size_t i;

	for (i = 0; i < process->region_count; i++) {
		broken = broken_tally(&process->regions[i].tally, process->header.faults_known);
		if (broken)
			return broken;
		tally_add(&sum, &process->regions[i].tally);
	}
	for (i = 0; i < process->array_count; i++) {
		broken = broken_tally(&process->arrays[i].tally, process->header.faults_known);
		if (!broken)
			broken = broken_tally(&process->arrays[i].interior,
					      process->header.faults_known);
		if (broken)
			return broken;
		if (process->arrays[i].interior.pages + process->arrays[i].edge_pages !=
		    process->arrays[i].tally.pages)
			return "interior and edge pages do not sum to the array's pages";
	}
	if (process->arrays_total_known) {
		broken = broken_tally(&process->arrays_total, false);
		if (broken)
			return broken;
		if (process->arrays_total.resident > process->totals.resident)
			return "arrays have more resident pages than the regions they lie in";
	}
	if (sum.pages != process->totals.pages || sum.resident != process->totals.resident ||
	    memcmp(sum.states, process->totals.states, sizeof(sum.states)) ||
	    memcmp(sum.ledger, process->totals.ledger, sizeof(sum.ledger)))
		return "regions do not sum to totals";
	return NULL;
}

static int count_regions(struct process_snapshot *ret, const struct process_lists *lists,
			 const struct tally_input *input)
{
	size_t i;
	int err = 0;

	ret->regions = calloc(lists->vmas.count + 1, sizeof(*ret->regions));
	if (!ret->regions)
		return -ENOMEM;
	for (i = 0; !err && i < lists->vmas.count; i++) {
		ret->regions[i].vma = lists->vmas.vmas[i];
		ret->region_count++;
		err = row_fill_region(input, &ret->regions[i]);
	}
	return err;
}

static int count_arrays(struct process_snapshot *ret, const struct process_lists *lists,
			const struct tally_input *input)
{
	size_t i;

	ret->arrays = calloc(lists->arrays.count + 1, sizeof(*ret->arrays));
	if (!ret->arrays)
		return -ENOMEM;
	for (i = 0; i < lists->arrays.count; i++)
		ret->arrays[i].desc = lists->arrays.arrays[i];
	ret->array_count = lists->arrays.count;
	return process_snapshot__fill_arrays(ret, input, &lists->vmas);
}

static int count_lists(struct process_snapshot *ret, const struct process_lists *lists,
		       const struct moment_header *header, const struct view *view)
{
	const struct tally_input input = tally_input__of(header, &ret->header, lists);
	const char *broken;
	int err;

	err = count_regions(ret, lists, &input);
	if (!err)
		err = count_arrays(ret, lists, &input);
	if (!err)
		err = process_snapshot__sum(ret, &input);
	if (err)
		return err;
	broken = process_snapshot__broken_rule(ret);
	if (broken) {
		log_error("internal error, the counts do not add up: %s", broken);
		return -EPROTO;
	}
	return view ? process_snapshot__detail(ret, header, view, &input) : 0;
}

static int count_process(struct process_snapshot *ret, const struct moment *moment,
			 const struct process_moment *process, const struct view *view)
{
	struct process_lists lists;
	int err;

	ret->header = process->header;
	ret->moment = process;
	err = process_lists__of(process, &lists);
	if (!err)
		err = count_lists(ret, &lists, &moment->header, view);
	process_lists__deinit(&lists);
	return err;
}

/* view: NULL where nobody asks for details. */
static int show_moment(const struct moment *moment, const struct view *view, struct snapshot *ret)
{
	size_t i;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	ret->header = moment->header;
	ret->processes = calloc(moment->process_count + 1, sizeof(*ret->processes));
	if (!ret->processes)
		return -ENOMEM;
	for (i = 0; !err && i < moment->process_count; i++) {
		ret->process_count++;
		err = count_process(&ret->processes[i], moment, &moment->processes[i], view);
	}
	return err;
}

int snapshot__of(const struct moment *moment, const struct view *view, struct snapshot *ret)
{
	return show_moment(moment, view, ret);
}

int snapshot__counts(const struct moment *moment, struct snapshot *ret)
{
	return show_moment(moment, NULL, ret);
}
