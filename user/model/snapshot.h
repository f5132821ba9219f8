/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One moment of all targets, ready to be rendered: plain values, no handles.
 * Counts are pages unless named bytes or ns.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/array.h"
#include "facts/environment.h"
#include "facts/symbol.h"
#include "facts/touch.h"
#include "facts/vma.h"
#include "model/index/grid.h"
#include "model/index/index_set.h"
#include "model/lives/touch.h"
#include "model/losses.h"
#include "model/rows/tally.h"

struct region_row {
	struct vma vma; /* path owned by the snapshot */
	struct tally tally;
	struct frame_tally frames; /* where they were asked for */
	struct heat heat;
	char *explain; /* owned, NULL when there is nothing notable */
};

struct array_row {
	struct array_desc desc; /* owned by the snapshot */
	uint64_t nbytes;	/* end - start */
	uint64_t range_pages;
	uint64_t edge_pages;
	bool shared_known;
	uint64_t shared_pages; /* pages on which there is room beside its elements */
	uint32_t neighbours;   /* other arrays on its first page, and on its last */
	bool in_heap;	       /* its first byte lies in the process's heap */
	struct frame_tally frames;
	struct tally tally;    /* all pages that [start, end) overlaps */
	struct tally interior; /* pages that lie wholly inside */
	uint32_t vma_count;    /* VMAs it lies in; 0: nothing is mapped there */
	struct heat heat;
	/* Elements by their indices; not told for an array without a shape. */
	struct index_set resident;
	struct index_set zero;
	struct index_set touched;
	bool touched_known;
	struct grid grid;
	char *explain;
};

struct process_snapshot {
	struct process_facts facts;
	bool complete; /* no loss touches this process */
	bool exited;
	bool huge_unsure;   /* the page reader could not tell all of its huge pages */
	bool frames_known;  /* rows say where their pages lie */
	bool faults_known;  /* the faults tier watched it */
	uint32_t slot;	    /* the kernel side's number for its address space */
	uint64_t rss_pages; /* resident pages of all regions but hugetlb: equals smaps' Rss */
	struct fault_counts faults;
	uint64_t stray_faults;	    /* touched pages outside every VMA */
	uint64_t collapses;	    /* huge pages made of small ones during the watch */
	struct tally totals;	    /* sum over regions */
	struct region_row *regions; /* by address */
	size_t region_count;
	struct array_row *arrays; /* as they were found */
	size_t array_count;
	bool arrays_total_known;
	struct tally arrays_total; /* pages of at least one array, each once; states alone */
	bool frozen;		   /* it stood still: pages and arrays are of one moment */
	char names_missing[512];   /* sentences on arrays that could not be found; else "" */
	uint64_t ids_forgotten;	   /* of arrays that were gone for long */
	struct symbol_miss_list symbol_misses; /* asked for by --symbol, and without a row */
	struct retired *retired;
	size_t retired_count;
	struct page_story *stories; /* page by page, when asked for */
	size_t story_count;
};

struct snapshot {
	const char *version; /* of pagewatch; a literal, as are the next three */
	struct environment environment;
	const char *tier;	 /* "faults" or "scan" */
	const char *backend;	 /* "tp_btf", "perf", "none" */
	const char *page_reader; /* "scan" or "read" */
	const char *merged[2];	 /* state names the reader cannot tell apart */
	size_t merged_count;
	bool tells_writes;
	uint64_t time_unix_ns;
	uint64_t start_ns; /* CLOCK_MONOTONIC of the start of the watch */
	uint64_t since_start_ns;
	uint64_t max_hold_ns; /* no process was to stand for longer; 0: no bound */
	bool complete;	      /* losses has no count */
	struct losses losses;
	uint64_t self_cpu_ns;
	uint64_t self_rss_bytes;
	uint64_t self_bpf_bytes;
	struct process_snapshot *processes;
	size_t process_count;
};

/* Frees everything below; the snapshot itself may live on the stack. */
void snapshot__deinit(struct snapshot *snapshot);

/*
 * What must always hold: states sum to pages, the ledger to resident (where known), regions to
 * totals. Returns NULL, or a literal that names the broken rule.
 */
const char *snapshot__broken_rule(const struct snapshot *snapshot);

/* Frees everything below a row that lies outside of a snapshot. */
void process_snapshot__deinit(struct process_snapshot *process);

/* One more sentence to names_missing, as long as there is room. */
void process_snapshot__miss_names(struct process_snapshot *process, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Nothing of any process could be read: all had ended. */
bool snapshot__all_exited(const struct snapshot *snapshot);

#endif
