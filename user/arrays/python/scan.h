/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One look at a Python, shared by the files that make its rows and those that name them.
 */
#ifndef ARRAYS_PYTHON_SCAN_H
#define ARRAYS_PYTHON_SCAN_H

#include "arrays/python/python.h"
#include "arrays/python/sweep.h"
#include "arrays/python/walk.h"

/* A way of the walk to an object that was not swept. */
struct way {
	uint64_t object;
	size_t node;
};

/* A word that held the address of an array when it was named after it. */
struct name_slot {
	uint64_t object;
	uint64_t address;
	const char *name; /* the row's own: tells which of its names */
};

struct scan {
	struct py py;
	struct py_walk walk;
	const struct python_options *options;
	struct py_arenas arenas;
	struct py_row_types types; /* that were swept for */
	bool left_out;		   /* the walk met a row of another */
	struct py_swept swept;
	uint32_t numpy_major;
	struct array_list *ret;
	size_t first;		 /* of ret that is ours */
	size_t unnamed;		 /* still without a name */
	uint64_t swapped_before; /* pages that were met in vain before the arrays were looked for */
	struct name_slot *slots;
	size_t slot_count;
	size_t slot_capacity;
	struct way *ways;
	size_t way_count;
	size_t way_capacity;
	struct python_report *report;
};

/* The row of an object, or NULL. Ours are in the order of their objects' addresses. */
struct array_desc *scan_find(const struct scan *scan, uint64_t object);

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

/* Takes back the names that are no longer true. 0 or -errno; scan_forget_names frees the notes. */
int scan_verify(struct scan *scan);
void scan_forget_names(struct scan *scan);

/* Names the rows that the walk has not met. 0 or -ENOMEM. */
int scan_name_rest(struct scan *scan);

#endif
