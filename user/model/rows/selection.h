/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The rows of a process that a view shows, in one order over arrays and regions, and the rest. */
#ifndef MODEL_SELECTION_H
#define MODEL_SELECTION_H

#include "model/rows/view.h"
#include "model/rows/snapshot.h"

enum row_place {
	ROW_LEFT_OUT,
	ROW_WITHIN, /* wanted, but within a shown array, and not counted for top */
	ROW_SHOWN,
};

#define REGION_NAME_MAX 32

struct row_entry {
	const struct array_row *array; /* borrowed; NULL for a region */
	const struct region_row *region;
	const struct tally *tally; /* of the array or region */
	const char *name;	   /* untrusted */
	uint64_t start, end;	   /* its pages, bytes */
	uint64_t span;		   /* bytes */
	enum row_place place;
	bool within; /* a region that lies wholly in a shown array */
	bool folded; /* shown, and shares pages with the shown entry `under` */
	size_t under;
	size_t tensors; /* arrays of a data file that are folded under it */
	char anon_name[REGION_NAME_MAX];
};

struct selection {
	const struct process_snapshot *process; /* borrowed */
	struct row_entry *entries;		/* all rows, in the view's order; owned */
	size_t count;
	const struct row_entry **shown; /* folded ones come after what they are folded under */
	size_t shown_count;
	const struct row_entry **regions; /* of process->regions[], in its order */
	uint64_t arrays_left;		  /* left out */
	uint64_t regions_left;		  /* the same */
	struct tally regions_sum;	  /* of regions_left */
	uint64_t regions_rss_pages;	  /* resident pages of regions_left, without hugetlb */
	/*
	 * The pages that no shown row has, and the regions they are in. With the rows that are not
	 * folded it sums to the totals. Only counts of pages.
	 */
	struct tally rest;
	uint64_t rest_regions;
};

/* *ret borrows from the process; the caller calls deinit, even on failure. 0 or -ENOMEM. */
int selection__init(struct selection *ret, const struct process_snapshot *process,
		    const struct view *view, uint64_t page_bytes);
void selection__deinit(struct selection *selection);

#endif
