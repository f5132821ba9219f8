/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Filling the rows of a snapshot from page runs and touches.
 */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include "facts/vma.h"
#include "model/rows/tally.h"
#include "model/snapshot.h"

/* Counts a region whose vma is set; heat of at most cells cells (0: none). 0 or -errno. */
int row_fill_region(const struct tally_input *input, uint32_t cells, struct region_row *row);

/* Counts an array whose desc is set; vmas are all of the process. 0 or -errno. */
int row_fill_array(const struct tally_input *input, const struct vma_list *vmas, uint32_t cells,
		   struct array_row *row);

/* The same, and gives the array's pages (empty at first; the caller's), also on failure. */
int row_fill_array_pages(const struct tally_input *input, const struct vma_list *vmas,
			 uint32_t cells, struct array_row *row, struct intervals *pages);

/*
 * Sums the regions into totals and rss_pages (without hugetlb), and finds the
 * touched pages that lie outside every VMA.
 */
int process_snapshot__sum(struct process_snapshot *process, const struct tally_input *input);

#endif
