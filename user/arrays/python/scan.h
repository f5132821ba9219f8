/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One search of a Python, shared by the files that make its rows and those that name them. */
#ifndef ARRAYS_PYTHON_SCAN_H
#define ARRAYS_PYTHON_SCAN_H

#include "arrays/python/rechecks.h"
#include "arrays/python/python.h"
#include "arrays/python/sweep.h"
#include "arrays/python/ways.h"

/* A way of the walk to an object that was not swept. */
struct way {
	uint64_t object;
	size_t node;
};

/* A name, and the way that it was made from. */
struct name_note {
	uint64_t object;
	const char *name; /* owned by the row: identifies which of its names */
	size_t row;	  /* of the object, from scan->first on; set by scan_verify */
	struct py_node node;
};

struct scan {
	struct py py;
	struct py_walk walk;
	const struct python_options *options;
	struct py_arenas arenas;
	struct py_row_types types; /* that were swept for */
	bool left_out;		   /* the walk met a row of another type */
	struct py_swept swept;
	struct array_list *ret;
	size_t first;		 /* first entry of ret that is ours */
	size_t next_row;	 /* behind the last that scan_find found; a guess */
	size_t unnamed;		 /* rows still without a name */
	uint64_t swapped_before; /* swapped pages met before the search for arrays */
	bool verified;		 /* all rows, once */
	struct name_note *notes;
	size_t note_count;
	size_t note_capacity;
	struct way *ways;
	size_t way_count;
	size_t way_capacity;
	struct python_report *report;
};

/* The row of an object, or NULL. Ours are in the order of their objects' addresses. */
struct array_desc *scan_find(struct scan *scan, uint64_t object);

/* Takes a row over; ctx is a struct scan. 0 or -ENOMEM; too many end the search. */
int scan_add(void *ctx, struct array_desc *array);

/*
 * Appends the row of an object that is not an ndarray. 0; -ENOMEM, -ESRCH; another -errno: not
 * added.
 */
int scan_read(struct scan *scan, uint64_t object);

/* Restores the order of rows that scan_find needs. */
void scan_sort(struct scan *scan);

/* Follows all ways from scan->walk's roots, shortest first. 0 or -errno. */
int scan_walk(struct scan *scan);

/* If there are no pools to sweep: puts what the walk meets into scan->swept. 0 or -errno. */
int scan_collect(struct scan *scan);

/* Walks, names the rows, and adds rows for objects that were not swept. 0 or -errno. */
int scan_name(struct scan *scan);

/* Records that a name was made from a node of the walk; the row keeps the name. 0 or -ENOMEM. */
int scan_note_name(struct scan *scan, uint64_t object, size_t node, const char *name);

/*
 * Reads again what the names since the last call rest on, all the way, and the arrays themselves
 * (in the first call all arrays). Removes names of which anything has changed, and reads changed
 * arrays anew. 0 or -errno. scan_forget_names frees the records.
 */
int scan_verify(struct scan *scan);
void scan_forget_names(struct scan *scan);

/*
 * Of the rows marked RECHECK_WANTED, marks those RECHECK_WRONG that have changed: one byte per row
 * from scan->first on. 0 or -errno.
 */
int scan_verify_rows(struct scan *scan, struct rechecks *rechecks, uint8_t *marks);

/* Reads those marked RECHECK_WRONG anew; drops those that cannot be read. 0 or -errno. */
int scan_read_changed(struct scan *scan, const uint8_t *marks);

/* Names the rows that the walk has not met. 0 or -ENOMEM. */
int scan_name_rest(struct scan *scan);

#endif
