/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What only shown rows have: heat, index ranges, grids, sentences. */
#ifndef MODEL_DETAILS_H
#define MODEL_DETAILS_H

#include "model/rows/snapshot.h"

/*
 * For each shown row: heat and index ranges if the view has cells, grids if it has grid_columns,
 * sentences. Cost is bounded; above that, ranges and grids are left unknown. 0 or -errno.
 */
int process_snapshot__detail(struct process_snapshot *process, const struct moment_header *header,
			     const struct view *view, const struct tally_input *input);

void region_row__drop_details(struct region_row *row);
void array_row__drop_details(struct array_row *row);

#endif
