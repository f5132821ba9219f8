/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a view shows of a moment: rows with their counts, and details of the shown ones. It borrows
 * from the moment. Counts are pages unless named bytes or ns.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "model/index/grid.h"
#include "model/index/index_set.h"
#include "facts/array.h"
#include "facts/vma.h"
#include "model/moment.h"
#include "model/rows/tally.h"
#include "model/rows/view.h"

struct region_row {
	struct vma vma; /* path borrowed */
	struct tally tally;
	struct frame_tally frames; /* if known */
	struct heat heat;	   /* details from here on */
	char *explain;		   /* owned; NULL if there is nothing notable */
};

struct array_row {
	struct array_desc desc; /* everything it points to is borrowed */
	uint64_t nbytes;	/* end - start */
	uint64_t range_pages;
	uint64_t edge_pages;
	bool shared_known;
	uint64_t shared_pages; /* pages on which other data has room */
	uint32_t neighbours;   /* other arrays on its first page, and on its last */
	bool in_heap;	       /* its first byte is in the process's heap */
	struct frame_tally frames;
	struct tally tally;    /* all pages that [start, end) overlaps */
	struct tally interior; /* pages that lie wholly inside */
	uint32_t vma_count;    /* VMAs it lies in; 0: nothing is mapped there */
	/* Details from here on. */
	struct heat heat;
	/* Elements by their indices; not told for an array without a shape. */
	struct index_set resident;
	struct index_set zero;
	struct index_set touched;
	bool touched_known;
	struct grid grid;
	char *explain;
};

/* The parts of RSS as in status: RssAnon, RssFile, RssShmem. */
struct rss_kinds {
	uint64_t anon;
	uint64_t file;
	uint64_t shmem;
};

struct process_snapshot {
	struct process_header header;
	const struct process_moment *moment; /* borrowed */
	uint64_t rss_pages; /* resident pages of all regions except hugetlb: equals smaps' Rss */
	struct rss_kinds rss_kinds; /* of these */
	uint64_t stray_faults;	    /* touched pages outside every VMA */
	struct tally totals;	    /* sum over regions */
	struct region_row *regions; /* by address */
	size_t region_count;
	struct array_row *arrays; /* as they were found */
	size_t array_count;
	bool arrays_total_known;
	struct tally arrays_total; /* the union of all arrays' pages; only states */
};

struct snapshot {
	struct moment_header header;
	struct process_snapshot *processes;
	size_t process_count;
};

/*
 * The rows of a view. The moment must outlive them. The caller calls snapshot__deinit on *ret, even
 * on failure. 0, -ENOMEM, or -EPROTO: the counts do not add up (logged).
 */
int snapshot__of(const struct moment *moment, const struct view *view, struct snapshot *ret);

/* The same of all rows, without any details. */
int snapshot__counts(const struct moment *moment, struct snapshot *ret);

/* Frees everything below; the snapshot itself may live on the stack. */
void snapshot__deinit(struct snapshot *snapshot);

/*
 * Checks invariants: states sum to pages, the ledger to resident (if known), regions to totals.
 * Returns NULL, or a literal that names the broken rule.
 */
const char *process_snapshot__broken_rule(const struct process_snapshot *process);

#endif
