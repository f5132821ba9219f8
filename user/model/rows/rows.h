/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Fills the rows of a snapshot from page runs and touches. */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include "base/intervals.h"
#include "facts/vma.h"
#include "model/rows/snapshot.h"
#include "model/rows/tally.h"

/* Counts a region whose vma is set. 0 or -errno. */
int row_fill_region(const struct tally_input *input, struct region_row *row);

/*
 * Counts an array whose desc is set, and returns its pages (empty at first; the caller frees them,
 * even on failure); vmas are all of the process. 0 or -errno.
 */
int row_fill_array(const struct tally_input *input, const struct vma_list *vmas,
		   struct array_row *row, struct intervals *pages);

/*
 * Sums the regions into totals and rss_pages (without hugetlb), and counts the touched pages
 * outside every VMA. 0 or -errno.
 */
int process_snapshot__sum(struct process_snapshot *process, const struct tally_input *input);

#endif
