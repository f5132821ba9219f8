/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The arrays of the data files that a process has mapped, by the files' own headers. A header is
 * read again if its file has changed.
 */
#ifndef ARRAYS_MAPPED_ARRAYS_H
#define ARRAYS_MAPPED_ARRAYS_H

#include "collect/proc/procfs.h"
#include "facts/array.h"
#include "facts/vma.h"

struct mapped_arrays; /* of one process */

struct mapped_arrays *mapped_arrays__new(void);
void mapped_arrays__free(struct mapped_arrays *mapped);

/* What was left out. */
struct mapped_arrays_report {
	uint64_t dropped; /* arrays beyond a bound */
	uint64_t damaged; /* files with arrays that the header does not tell */
	uint64_t files;	  /* that were not looked at: too many, or too little time */
};

/*
 * Appends an array for each part of a mapping that one of at least min_bytes lies in, named
 * FILE:ARRAY. A file that cannot be opened has none. Until deadline_ns (of
 * CLOCK_THREAD_CPUTIME_ID) headers are read. 0 or -ENOMEM.
 */
int mapped_arrays__add(struct mapped_arrays *mapped, const struct proc *proc,
		       const struct vma_list *vmas, uint64_t min_bytes, uint64_t deadline_ns,
		       struct array_list *ret, struct mapped_arrays_report *report);

#endif
