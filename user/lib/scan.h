/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An open process, its scan and its counts, for the other files of the library. */
#ifndef LIB_SCAN_H
#define LIB_SCAN_H

#include "collect/pages/pagemap.h"
#include "collect/proc/maps.h"
#include "collect/proc/procfs.h"
#include "lib/pagewatch.h"
#include "model/page_state.h"

struct scan {
	struct procfs *procfs;
	struct proc *proc;
	struct pagemap *pagemap;
	struct vma_list vmas; /* as of the time when the scan was opened */
	struct extent_list extents;
	uint64_t page_bytes;
	uint64_t unreadable; /* pages, of all calls of scan__run() */
};

/* pid 0: our own process. On failure *scan is closed. 0 or -errno. */
int scan__open(struct scan *scan, pid_t pid);
void scan__close(struct scan *scan);

/* Appends the states of [start, end) (bytes, page-aligned) to *runs. */
int scan__run(struct scan *scan, uint64_t start, uint64_t end, struct page_runs *runs);

/* The states that the reader cannot distinguish, as bits 1 << state. */
uint64_t scan__merged(const struct scan *scan);

/* Adds the pages of [start, end) to *ret. */
void pages_count(const struct page_runs *runs, uint64_t page_bytes, uint64_t start, uint64_t end,
		 struct pagewatch_pages *ret);

/*
 * Copies one of our structs to a caller who knows ret_bytes of it. The first version had oldest
 * bytes. 0, or -EINVAL: no struct, or smaller than any version.
 */
int give_struct(const void *ours, size_t bytes, size_t oldest, void *ret, size_t ret_bytes);

#endif
