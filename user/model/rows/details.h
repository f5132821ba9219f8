/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What only the rows have that a view shows: heat, index ranges, grids, sentences.
 */
#ifndef MODEL_DETAILS_H
#define MODEL_DETAILS_H

#include "model/rows/snapshot.h"

/*
 * For each row of the view: heat and index ranges where it has cells, grids where it has
 * grid_columns, sentences. What it costs is bounded: with more, ranges and grids are not told. 0
 * or -errno.
 */
int process_snapshot__detail(struct process_snapshot *process, const struct moment_header *header,
			     const struct view *view, const struct tally_input *input);

void region_row__drop_details(struct region_row *row);
void array_row__drop_details(struct array_row *row);

#endif
