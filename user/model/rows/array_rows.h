/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * All arrays of a process at once: their rows, their index ranges, who lies beside whom, and
 * the pages of all of them, each once.
 */
#ifndef MODEL_ARRAY_ROWS_H
#define MODEL_ARRAY_ROWS_H

#include "facts/vma.h"
#include "model/rows/tally.h"
#include "model/snapshot.h"

struct array_rows_options {
	uint32_t heat_cells;   /* 0: no heat */
	uint32_t grid_rows;    /* 0: no grids */
	uint32_t grid_columns; /* 0: no grids */
};

/*
 * Fills process->arrays, whose desc are set, and arrays_total; vmas are all of the process.
 * What it costs is bounded by pages, ranges and cells: with more, nothing is told. 0 or -errno.
 */
int process_snapshot__fill_arrays(struct process_snapshot *process, const struct tally_input *input,
				  const struct vma_list *vmas,
				  const struct array_rows_options *options);

#endif
