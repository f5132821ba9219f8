/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Whether each --symbol was found. */
#include "commands/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/log.h"

/* Why a process does not have it; NULL: it does. */
static const struct symbol_miss *miss_in(const struct process_moment *process, size_t spec)
{
	size_t i;

	for (i = 0; i < process->header.symbol_misses.count; i++) {
		if (process->header.symbol_misses.misses[i].spec == spec)
			return &process->header.symbol_misses.misses[i];
	}
	return NULL;
}

static void tell_miss(const struct symbol_miss *miss)
{
	char text[512], reason[512];

	log_warn("--symbol %s %s", format_line(miss->text, text, sizeof(text)),
		 format_line(miss->reason, reason, sizeof(reason)));
}

int symbols_seen__note(struct symbols_seen *seen, const struct symbol_list *symbols,
		       const struct moment *moment)
{
	size_t i, j;

	if (!symbols->count)
		return 0;
	if (!seen->found)
		seen->found = calloc(symbols->count, sizeof(*seen->found));
	if (!seen->told)
		seen->told = calloc(symbols->count, sizeof(*seen->told));
	if (!seen->found || !seen->told)
		return -ENOMEM;
	for (i = 0; i < symbols->count; i++) {
		const struct symbol_miss *miss = NULL;
		bool found = false;

		for (j = 0; j < moment->process_count; j++) {
			if (moment->processes[j].header.exited)
				continue;
			miss = miss_in(&moment->processes[j], i);
			found |= !miss;
		}
		seen->found[i] |= found;
		if (found || !miss || seen->told[i])
			continue;
		tell_miss(miss);
		seen->told[i] = true;
	}
	return 0;
}

bool symbols_seen__all(const struct symbols_seen *seen, const struct symbol_list *symbols)
{
	size_t i;

	for (i = 0; seen->found && i < symbols->count; i++) {
		if (!seen->found[i])
			return false;
	}
	return true;
}

void symbols_seen__deinit(struct symbols_seen *seen)
{
	free(seen->found);
	free(seen->told);
}
