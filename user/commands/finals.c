/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Rows of ended processes, kept until the report. */
#include "commands/finals.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

static void free_row(struct process_snapshot *row)
{
	struct snapshot shell = { .processes = malloc(sizeof(*row)), .process_count = 1 };

	if (!shell.processes)
		return;
	*shell.processes = *row;
	snapshot__deinit(&shell);
}

/* Takes the rows of pid out of the snapshot: the last one into *ret, others are freed. */
static int take_row(struct snapshot *snapshot, uint32_t pid, struct process_snapshot *ret)
{
	size_t i, kept = 0;
	int found = 0;

	for (i = 0; i < snapshot->process_count; i++) {
		struct process_snapshot *row = &snapshot->processes[i];

		if (row->facts.pid != pid) {
			snapshot->processes[kept++] = *row;
			continue;
		}
		if (found)
			free_row(ret);
		*ret = *row;
		found = 1;
	}
	snapshot->process_count = kept;
	return found;
}

int finals__keep(struct finals *finals, struct snapshot *snapshot, uint32_t pid)
{
	struct process_snapshot row;

	if (array_reserve((void **)&finals->rows, &finals->capacity, finals->count + 1,
			  sizeof(*finals->rows)))
		return -ENOMEM;
	if (take_row(snapshot, pid, &row))
		finals->rows[finals->count++] = row;
	return 0;
}

int finals__merge(struct finals *finals, struct snapshot *snapshot)
{
	struct process_snapshot *rows, old;
	size_t i;

	for (i = 0; i < finals->count; i++) {
		if (take_row(snapshot, finals->rows[i].facts.pid, &old))
			free_row(&old);
	}
	rows = reallocarray(snapshot->processes, snapshot->process_count + finals->count + 1,
			    sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	snapshot->processes = rows;
	for (i = finals->count; i-- > 0;)
		rows[snapshot->process_count++] = finals->rows[i];
	finals->count = 0;
	return 0;
}

void finals__deinit(struct finals *finals)
{
	size_t i;

	for (i = 0; i < finals->count; i++)
		free_row(&finals->rows[i]);
	free(finals->rows);
}
