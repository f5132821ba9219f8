/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One look at a Python, shared by the files that make its rows and those that name them.
 */
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

/* A name that was given, after a way. */
struct name_note {
	uint64_t object;
	const char *name; /* the row's own: tells which of its names */
	size_t row;	  /* of the object, from scan->first on; set by scan_verify */
	struct py_node node;
};

struct scan {
	struct py py;
	struct py_walk walk;
	const struct python_options *options;
	struct py_arenas arenas;
	struct py_row_types types; /* that were swept for */
	bool left_out;		   /* the walk met a row of another */
	struct py_swept swept;
	struct array_list *ret;
	size_t first;		 /* of ret that is ours */
	size_t unnamed;		 /* still without a name */
	uint64_t swapped_before; /* pages that were met in vain before the arrays were looked for */
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
struct array_desc *scan_find(const struct scan *scan, uint64_t object);

/* Takes a row over, of struct scan as ctx. 0 or -ENOMEM; one too many cuts the look short. */
int scan_add(void *ctx, struct array_desc *array);

/* Appends the row of an object that is no ndarray. 0; -ENOMEM, -ESRCH; another -errno: not added. */
int scan_read(struct scan *scan, uint64_t object);

/* Puts the rows in the order of scan_find again. */
void scan_sort(struct scan *scan);

/* Follows all ways from scan->walk's roots, the shorter first. 0 or -errno. */
int scan_walk(struct scan *scan);

/* Where there are no pools to sweep: what the walk meets, into scan->swept. 0 or -errno. */
int scan_collect(struct scan *scan);

/* Walks, names the rows, adds those of what was not swept. 0 or -errno. */
int scan_name(struct scan *scan);

/* A name was given after a node of the walk; the name stays the row's. 0 or -ENOMEM. */
int scan_note_name(struct scan *scan, uint64_t object, size_t node, const char *name);

/*
 * Reads again what the names since the last time rest on, all the way, and the arrays themselves
 * (at the first time all of them): takes names back of which anything has changed, and reads such
 * arrays anew. 0 or -errno. scan_forget_names frees the notes.
 */
int scan_verify(struct scan *scan);
void scan_forget_names(struct scan *scan);

/*
 * Of the rows that are marked RECHECK_WANTED, marks those RECHECK_WRONG that are not as they were any
 * more: one byte of each row from scan->first on. 0 or -errno.
 */
int scan_verify_rows(struct scan *scan, struct rechecks *rechecks, uint8_t *marks);

/* Reads those that are marked RECHECK_WRONG anew; those that cannot be told go. 0 or -errno. */
int scan_read_changed(struct scan *scan, const uint8_t *marks);

/* Names the rows that the walk has not met. 0 or -ENOMEM. */
int scan_name_rest(struct scan *scan);

#endif
