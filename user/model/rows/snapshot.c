/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Makes rows from the facts of a moment, and checks them. */
#include "model/rows/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
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

static int count_regions(struct process_snapshot *ret, const struct tally_input *input)
{
	const struct vma_list *vmas = ret->moment->vmas;
	size_t i;
	int err = 0;

	ret->regions = calloc((vmas ? vmas->count : 0) + 1, sizeof(*ret->regions));
	if (!ret->regions)
		return -ENOMEM;
	for (i = 0; !err && vmas && i < vmas->count; i++) {
		ret->regions[i].vma = vmas->vmas[i];
		ret->region_count++;
		err = row_fill_region(input, &ret->regions[i]);
	}
	return err;
}

static int count_arrays(struct process_snapshot *ret, const struct tally_input *input)
{
	static const struct vma_list nothing = { 0 };
	const struct array_list *arrays = ret->moment->arrays;
	size_t i;

	ret->arrays = calloc((arrays ? arrays->count : 0) + 1, sizeof(*ret->arrays));
	if (!ret->arrays)
		return -ENOMEM;
	for (i = 0; arrays && i < arrays->count; i++)
		ret->arrays[i].desc = arrays->arrays[i];
	ret->array_count = arrays ? arrays->count : 0;
	return process_snapshot__fill_arrays(ret, input,
					     ret->moment->vmas ? ret->moment->vmas : &nothing);
}

static int count_process(struct process_snapshot *ret, const struct process_moment *process,
			 const struct tally_input *input)
{
	const char *broken;
	int err;

	ret->header = process->header;
	ret->moment = process;
	err = count_regions(ret, input);
	if (!err)
		err = count_arrays(ret, input);
	if (!err)
		err = process_snapshot__sum(ret, input);
	if (err)
		return err;
	broken = process_snapshot__broken_rule(ret);
	if (broken) {
		log_error("internal error, the counts do not add up: %s", broken);
		return -EPROTO;
	}
	return 0;
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
		struct process_snapshot *process = &ret->processes[i];
		struct tally_input input = tally_input__of(&moment->header, &moment->processes[i]);

		ret->process_count++;
		err = count_process(process, &moment->processes[i], &input);
		if (!err && view)
			err = process_snapshot__detail(process, &moment->header, view, &input);
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
