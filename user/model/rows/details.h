/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What only shown rows have: heat, index ranges, grids, sentences. */
#ifndef MODEL_DETAILS_H
#define MODEL_DETAILS_H

#include "model/moment_lists.h"
#include "model/rows/page_sets.h"
#include "model/rows/selection.h"
#include "model/rows/snapshot.h"

/*
 * For each shown row: heat and index ranges if the view has cells, grids if it has grid_columns,
 * sentences. Cost is bounded; above that, ranges and grids are left unknown. 0 or -errno.
 */
int process_snapshot__detail(struct process_snapshot *process, const struct moment_header *header,
			     const struct view *view, const struct tally_input *input);

/* The rows of a process that a view shows, and their details one row at a time. */
struct detailer {
	struct selection selection;
	/* Private. */
	struct process_lists lists;
	struct tally_input input;
	const struct moment_header *header;
	const struct view *view;
	const struct process_snapshot *process;
	struct page_sets sets;
	uint64_t steps;
};

/* Borrows from all of them. The caller calls deinit, even on failure. 0 or -errno. */
int detailer__init(struct detailer *ret, const struct process_snapshot *process,
		   const struct moment_header *header, const struct view *view);
void detailer__deinit(struct detailer *detailer);

/*
 * A copy of the row with its details, as above; the caller drops these, even on failure. 0 or
 * -errno.
 */
int detailer__array(struct detailer *detailer, const struct row_entry *entry,
		    struct array_row *ret);
int detailer__region(struct detailer *detailer, const struct row_entry *entry,
		     struct region_row *ret);

void region_row__drop_details(struct region_row *row);
void array_row__drop_details(struct array_row *row);

#endif
