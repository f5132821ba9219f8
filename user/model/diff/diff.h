/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What changed between two moments, which may be of different runs. Arrays are the same if name,
 * source, length, type and shape are; of several such ones, the first by address is compared with
 * the first. In one process they are also the same if the object and its place are, whatever the
 * name. It borrows from both moments.
 */
#ifndef MODEL_DIFF_H
#define MODEL_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/array.h"
#include "model/diff/change.h"
#include "model/index/index_set.h"
#include "model/moment.h"
#include "model/rows/view.h"

/* Index of the earlier and the later moment. */
enum { DIFF_BEFORE, DIFF_AFTER };

/* An array that changed, appeared or is gone. */
struct diff_row {
	const struct array_desc *array[2]; /* NULL: not there at that moment */
	bool elsewhere;			   /* the same process has it at another address */
	struct array_change change;
	/* The elements whose bytes all changed that way; not told for an array without a shape. */
	struct index_set elements[CHANGES];
};

/* All mappings of one name. */
struct diff_mapping {
	char *name;		    /* untrusted; owned */
	uint64_t resident_bytes[2]; /* without hugetlb, as in RSS */
};

struct diff_process {
	const struct process_header *header[2]; /* NULL: not there at that moment */
	uint64_t rss_bytes[2];
	struct diff_row *rows; /* what changed most comes first; owned */
	size_t row_count;
	uint64_t more_rows; /* that changed and are behind view->top */
	uint64_t same;	    /* wanted arrays without a change */
	/* Those whose resident bytes changed, by the size of the change; owned. */
	struct diff_mapping *mappings;
	size_t mapping_count;
	bool names_known; /* both moments could search for arrays */
};

struct snapshot;

struct diff { /* all zero is empty */
	const struct moment *moments[2];
	struct diff_process *processes;
	size_t process_count;
	bool known;		    /* no loss makes the state of a page uncertain */
	struct snapshot *counts[2]; /* what the rows borrow from; owned */
};

/*
 * Of the view, filter and sizes choose the arrays, and top says how many per process. Processes
 * are the same if pid and start are, or else if they are the next ones with that command name. The
 * caller calls diff__deinit on *ret, even on failure. 0, -ENOMEM, or -EPROTO (logged).
 */
int diff__of(const struct moment *before, const struct moment *after, const struct view *view,
	     struct diff *ret);
void diff__deinit(struct diff *diff);

/* Whether there is anything to report: a process, a row, or a mapping. */
bool diff__any(const struct diff *diff);

#endif
