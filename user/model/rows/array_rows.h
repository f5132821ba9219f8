/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* All arrays of a process at once: their counts, their neighbours, and the union of their pages. */
#ifndef MODEL_ARRAY_ROWS_H
#define MODEL_ARRAY_ROWS_H

#include "facts/vma.h"
#include "model/rows/snapshot.h"
#include "model/rows/tally.h"

/*
 * Counts process->arrays, whose desc are set, and arrays_total; vmas are all of the process. Cost
 * is bounded by pages and ranges; above that, the counts are left unknown. 0 or -errno.
 */
int process_snapshot__fill_arrays(struct process_snapshot *process, const struct tally_input *input,
				  const struct vma_list *vmas);

#endif
