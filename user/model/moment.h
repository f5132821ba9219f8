/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The facts of one moment of all targets, self-contained: plain values, no handles. Rows, widths
 * and filters belong to a view (model/rows/snapshot.h). Moments that are kept can share what has
 * not changed between them (moment__share).
 */
#ifndef MODEL_MOMENT_H
#define MODEL_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/shared_list.h"
#include "base/text.h"
#include "facts/environment.h"
#include "facts/symbol.h"
#include "facts/touch.h"
#include "model/losses.h"
#include "model/touch_facts.h"

#define MISSING_MAX 32

struct process_header {
	struct process_facts facts;
	const char *exe;      /* path of its program (base/counted.h); NULL: not known */
	bool complete;	      /* no loss affects this process */
	struct losses losses; /* its own: of kinds that affect no other process */
	bool exited;
	bool huge_unsure;  /* the page reader could not tell all of its huge pages */
	bool frames_known; /* frames has where its resident pages are in physical memory */
	bool faults_known; /* the faults tier watched it */
	/*
	 * How long before this moment its pages were scanned. Not 0 only in the live view, whose
	 * moments nobody stores.
	 */
	uint64_t scan_age_ns;
	bool frozen;   /* it stood still, so pages and arrays are of one point in time */
	uint32_t slot; /* the kernel side's number of its address space */
	struct fault_counts faults;
	struct peak_pages peak_touched;	       /* since the watch began; with faults_known */
	uint64_t collapses;		       /* huge pages made of small ones during the watch */
	struct text_buffer names_missing;      /* why arrays could not be found; else empty */
	uint64_t ids_forgotten;		       /* ids of arrays that were gone for long */
	struct symbol_miss_list symbol_misses; /* requested by --symbol and not found */
	struct retired *retired;	       /* lives that ended; owned by the moment */
	size_t retired_count;
};

/* The lists of a process, by the type of their items; model/moment_lists.h has them as arrays. */
enum moment_list {
	MOMENT_VMAS,   /* struct vma */
	MOMENT_RUNS,   /* struct page_run, of the scan */
	MOMENT_FRAMES, /* struct frame_run, of its resident pages, if wanted */
	MOMENT_ARRAYS, /* struct array_desc, as they were found */
	/* Empty in the scan tier: */
	MOMENT_TOUCHED, /* struct packed_chunk */
	MOMENT_BEFORE,	/* struct interval, as are the next two; see struct touch_facts */
	MOMENT_HUGE_SEEN,
	MOMENT_HUGE_MAYBE,
	MOMENT_CACHED, /* struct cached_run, of all that is mapped from files or shared */
	MOMENT_LISTS,
};

struct process_moment {
	struct process_header header;
	const struct shared_list *lists[MOMENT_LISTS]; /* NULL: empty */
};

/* The sum of the followed processes that ended, except the largest. */
struct processes_rest {
	uint64_t count;
	uint64_t looked_at;	 /* how many of them were read as they ended */
	uint64_t resident_pages; /* in those */
	struct fault_counts faults;
	uint64_t ended_pages; /* touched in their lives that had ended before */
};

/* Why a moment was taken. */
enum moment_reason {
	MOMENT_ASKED,	    /* by a person or a script: a command, SIGUSR1, a key */
	MOMENT_INTERVAL,    /* its time had come */
	MOMENT_PEAK,	    /* RSS was higher than before */
	MOMENT_CHECKPOINT,  /* the program named one */
	MOMENT_END,	    /* the last one, before the program gives its memory back or after it */
	MOMENT_MISSED_PEAK, /* RSS was higher than before, and fell before the pages were read */
	MOMENT_REASONS,
};

struct moment_header {
	enum moment_reason reason;
	const char *checkpoint; /* its name, untrusted (base/counted.h); NULL: taken at none */
	const char *version;	/* pagewatch's; a literal, like the next three */
	struct environment environment;
	const char *tier;	 /* "faults" or "scan" */
	const char *backend;	 /* "tp_btf", "perf", "none" */
	const char *call_hooks;	 /* "tracepoint", "tp_btf", "none" */
	const char *page_reader; /* "scan" or "read" */
	const char *merged[2];	 /* state names that the reader cannot distinguish */
	size_t merged_count;
	bool tells_writes;
	bool tells_collapses;
	const char *missing[MISSING_MAX]; /* what the kernel lacks, and which fact that costs */
	size_t missing_count;
	uint64_t time_unix_ns;
	uint64_t start_ns; /* CLOCK_MONOTONIC of the start of the watch */
	uint64_t since_start_ns;
	uint64_t max_hold_ns; /* longest hold of a process; 0: no limit */
	bool complete;	      /* no loss was counted */
	struct losses losses;
	struct processes_rest rest; /* ended processes without an entry in processes */
	uint64_t self_cpu_ns;
	uint64_t self_rss_bytes;
	uint64_t self_bpf_bytes;
};

struct moment {
	struct moment_header header;
	struct process_moment *processes; /* owned */
	size_t process_count;
	char *pool; /* owned: the literals of a moment that was decoded; else NULL */
	size_t pool_bytes;
};

/* Frees everything below; the moment itself may live on the stack. */
void moment__deinit(struct moment *moment);
void process_moment__deinit(struct process_moment *process);

/*
 * The same process in another moment, with shared lists, and without the lives that had ended. *ret
 * is the caller's to deinit, also on failure. 0 or -ENOMEM.
 */
int process_moment__copy(const struct process_moment *process, struct process_moment *ret);

/* "asked", "interval", ... */
const char *moment_reason_name(enum moment_reason reason);

/* checkpoint: the name, which is copied, if that is the reason; else NULL. 0 or -ENOMEM. */
int moment__set_reason(struct moment *moment, enum moment_reason reason, const char *checkpoint);

/* Appends a sentence to names_missing, which keeps the error if there is no memory. */
void process_moment__miss_names(struct process_moment *process, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether no process could be read because all had ended. */
bool moment__all_exited(const struct moment *moment);

#endif
