/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How much of each mapped file a process has in memory, in its own mappings or not. */
#ifndef COLLECT_CACHED_RUNS_H
#define COLLECT_CACHED_RUNS_H

#include "collect/proc/procfs.h"
#include "facts/cached.h"
#include "facts/vma.h"

struct cached_question {
	const struct proc *proc;
	const struct vma_list *vmas; /* all of them; what has a file or is shared is asked about */
	uint64_t page_bytes;
	/* Page-aligned addresses, sorted, at which runs end: the borders of what is to be counted. */
	const uint64_t *cuts;
	size_t cut_count;
	const struct cached_list *known; /* answers that still serve; NULL: none */
	uint64_t *left_ns;		 /* time that may be taken; what was taken is subtracted */
};

/* Whether a mapping has pages of a page cache, or of hugetlbfs, whose answers are never known. */
bool cached_runs_concern(const struct vma *vma);

/*
 * Appends runs that cover all such mappings. Opens their files through /proc/PID/map_files, which
 * needs CAP_CHECKPOINT_RESTORE, or below the process's root, if device and inode are the same. 0 or
 * -ENOMEM.
 */
int cached_runs_read(const struct cached_question *question, struct cached_list *ret);

#endif
