/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The check language: what an array, or a process, is expected to hold of pages.
 *
 *   ["at" STRING ": "] ["since" STRING ": "] NAME ": " METRIC OP VALUE {"and" METRIC OP VALUE}
 *       ["unless absent"]
 */
#ifndef MODEL_EXPECT_H
#define MODEL_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/rows/snapshot.h"

#define EXPECT_CLAUSES_MAX 16

enum expect_metric {
	METRIC_PAGES,
	METRIC_RESIDENT,
	METRIC_ZERO,	/* zero and zero_huge */
	METRIC_HUGE,	/* anon_huge */
	METRIC_SWAPPED, /* of shared memory too */
	METRIC_ABSENT,
	METRIC_CACHED,
	METRIC_DIRTY,
	METRIC_PEAK_RESIDENT, /* of a process */
	METRIC_TOUCHED,
	METRIC_READ,
	METRIC_WRITTEN,
	METRIC_LEDGER_TOUCHED,
	METRIC_BEFORE,
	METRIC_HUGE_FILL,
	METRIC_UNFAULTED,
	METRIC_PEAK_TOUCHED, /* of a process, as the next */
	METRIC_FAULTS,
	EXPECT_METRICS,
};

enum expect_op { OP_EQ, OP_NE, OP_LE, OP_LT, OP_GE, OP_GT };

enum expect_unit { UNIT_PAGES, UNIT_BYTES, UNIT_PERCENT };

struct expect_value {
	enum expect_unit unit;
	uint64_t number; /* pages, bytes, or percent times scale */
	uint64_t scale;	 /* a power of ten: decimals of a percentage are exact */
	bool relative;	 /* has a sign: only with "since" */
	bool negative;
};

struct expect_clause {
	enum expect_metric metric;
	bool interior;
	enum expect_op op;
	struct expect_value value;
};

struct expectation {
	char *text;  /* as written, without surrounding blanks */
	char *at;    /* the checkpoint's name; NULL: the end, or now */
	char *since; /* NULL: not a growth */
	char *name;
	bool exact;   /* without wildcards */
	bool process; /* on the process itself */
	bool unless_absent;
	uint64_t min_bytes; /* smaller arrays do not match wildcards; set by the caller */
	struct expect_clause clauses[EXPECT_CLAUSES_MAX];
	size_t clause_count;
};

struct expect_error {
	uint32_t column; /* bytes from 1 */
	char message[256];
};

/* The caller calls expectation__deinit, even on failure. 0, -EINVAL, -ENOMEM. */
int expectation__parse(const char *text, struct expectation *ret, struct expect_error *error);
void expectation__deinit(struct expectation *expectation);

/* Whether page tables alone cannot give its counts. */
bool expectation__needs_faults(const struct expectation *expectation);

/*
 * Whether it concerns this array: an exact name matches owners and views, wildcards match owners.
 */
bool expectation__matches(const struct expectation *expectation, const struct array_desc *array);

enum expect_verdict { EXPECT_HOLDS, EXPECT_FAILS, EXPECT_UNKNOWN };

/* The result of one clause of one finding. */
struct expect_measure {
	const char *unknown; /* a literal: why it is unknown; NULL: it is known */
	uint64_t value;	     /* pages, or faults */
	uint64_t before;     /* the same at the earlier moment, for growth */
	uint64_t base;	     /* pages that a percentage refers to */
	bool holds;
};

/* The result for one array, or process. */
struct expect_finding {
	enum expect_verdict verdict;
	const struct process_snapshot *process; /* borrowed from the snapshot, as is row */
	const struct array_row *row;		/* NULL for a process */
	struct expect_measure measures[EXPECT_CLAUSES_MAX]; /* one per clause */
};

struct expect_result {
	enum expect_verdict verdict; /* over all findings */
	struct expect_finding *findings;
	size_t count;
	char *reason; /* if no finding gives the reason; owned */
};

/* Returns the earlier snapshot that has a process; NULL: none. */
struct expect_past {
	const struct snapshot *(*find)(void *ctx, uint32_t pid);
	void *ctx;
};

/*
 * Judges an expectation by a snapshot, and by earlier ones if it asks for growth. The caller owns
 * *ret, even on failure. 0 or -ENOMEM.
 */
int expectation__judge(const struct expectation *expectation, const struct snapshot *snapshot,
		       const struct expect_past *past, struct expect_result *ret);
void expect_result__deinit(struct expect_result *result);

/* "resident"; with the prefix "interior_" if it counts the interior. */
const char *expect_metric_name(enum expect_metric metric);
const char *expect_op_name(enum expect_op op);

/*
 * For a measure that fails: the clause with the nearest value that would hold, "interior_resident
 * <= 12". malloc'ed; NULL: there is none, or no memory.
 */
char *expect_remedy(const struct expect_clause *clause, const struct expect_measure *measure,
		    uint64_t page_bytes);

#endif
