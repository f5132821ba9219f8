/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Life and self-check of a snapshot. */
#include "model/snapshot.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void process_snapshot__miss_names(struct process_snapshot *process, const char *format, ...)
{
	struct text_buffer text =
		text_buffer__behind(process->names_missing, sizeof(process->names_missing));
	va_list args;

	if (text.length)
		text_buffer__add(&text, "; ");
	va_start(args, format);
	text_buffer__vaddf(&text, format, args);
	va_end(args);
}

void process_snapshot__deinit(struct process_snapshot *process)
{
	size_t i;

	for (i = 0; i < process->region_count; i++) {
		free(process->regions[i].vma.path);
		free(process->regions[i].explain);
		heat__deinit(&process->regions[i].heat);
	}
	for (i = 0; i < process->array_count; i++) {
		array_desc__deinit(&process->arrays[i].desc);
		free(process->arrays[i].explain);
		heat__deinit(&process->arrays[i].heat);
		index_set__deinit(&process->arrays[i].resident);
		index_set__deinit(&process->arrays[i].zero);
		index_set__deinit(&process->arrays[i].touched);
		grid__deinit(&process->arrays[i].grid);
	}
	free(process->regions);
	free(process->arrays);
	symbol_miss_list__deinit(&process->symbol_misses);
	free(process->retired);
	free(process->stories);
	memset(process, 0, sizeof(*process));
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

static const char *broken_process(const struct process_snapshot *process)
{
	struct tally sum = { 0 };
	const char *broken;
	size_t i;

	for (i = 0; i < process->region_count; i++) {
		broken = broken_tally(&process->regions[i].tally, process->faults_known);
		if (broken)
			return broken;
		tally_add(&sum, &process->regions[i].tally);
	}
	for (i = 0; i < process->array_count; i++) {
		broken = broken_tally(&process->arrays[i].tally, process->faults_known);
		if (!broken)
			broken = broken_tally(&process->arrays[i].interior, process->faults_known);
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

const char *snapshot__broken_rule(const struct snapshot *snapshot)
{
	const char *broken = NULL;
	size_t i;

	for (i = 0; !broken && i < snapshot->process_count; i++)
		broken = broken_process(&snapshot->processes[i]);
	return broken;
}

bool snapshot__all_exited(const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		if (!snapshot->processes[i].exited)
			return false;
	}
	return true;
}
