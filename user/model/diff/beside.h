/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Processes side by side, such as the ranks of a parallel job: a column for each, and a row for
 * each name that an array has in any of them. Their moments may end before it does.
 */
#ifndef MODEL_BESIDE_H
#define MODEL_BESIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/array.h"
#include "model/moment.h"
#include "model/rows/view.h"

/* Where a moment is from. */
struct beside_source {
	const char *file; /* untrusted; borrowed until the end */
	const char *rank; /* untrusted; borrowed during the call; NULL: none */
	size_t number;	  /* of the moment, from 1 on */
	size_t count;	  /* of moments in the file */
};

struct beside_column {
	struct beside_source source;
	char *rank;	  /* owned; NULL: none */
	char *checkpoint; /* the same */
	enum moment_reason reason;
	struct process_facts facts;
	uint64_t rss_bytes;
	bool complete;	  /* no loss affects the moment */
	bool names_known; /* its arrays could be searched for: what it has no cell of it has not got */
};

/* What a column has of a row. */
struct beside_cell {
	char *name; /* untrusted; owned */
	enum array_source source;
	size_t column;
	uint64_t resident_bytes; /* whole pages */
};

struct beside_range {
	uint64_t least, most; /* of the columns that have it, bytes */
	uint64_t apart;	      /* most - least, where a column that has not got it counts as 0 */
	size_t out;	      /* farthest from the median, of several the first; valid if apart */
};

struct beside_row {
	const struct beside_cell *cells; /* of the columns that have it, in their order; borrowed */
	size_t cell_count;
	struct beside_range resident;
};

struct beside { /* all zero at first */
	struct beside_column *columns;
	size_t column_count, column_capacity;
	bool ranked; /* each column has a rank of its own, and they are in its order */
	struct beside_cell *cells;
	size_t cell_count, cell_capacity;
	struct beside_row *rows; /* what differs most comes first, then what is largest */
	size_t row_count;
	uint64_t more_rows; /* behind the view's top */
	struct beside_range rss;
};

void beside__deinit(struct beside *beside);

/*
 * Adds the processes of a moment, and of each the arrays that the view's filter and sizes choose. 0,
 * -ENOMEM, or -EPROTO (logged).
 */
int beside__add(struct beside *beside, const struct moment *moment,
		const struct beside_source *source, const struct view *view);

/* After the last one: makes the rows. 0 or -ENOMEM. */
int beside__finish(struct beside *beside, const struct view *view);

#endif
