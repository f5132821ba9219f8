/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A list of expectations, judged at moments (checkpoints, and the end), and what came of them.
 */
#ifndef MODEL_CHECKS_H
#define MODEL_CHECKS_H

#include "model/expect/expect.h"

/* That a result, or a later growth, still speaks of. */
struct check_moment {
	char *name; /* the checkpoint's; NULL: the end. Owned */
	struct moment facts;
	struct snapshot rows; /* of the facts, by the view of the checks */
	bool superseded;      /* its process came to that checkpoint again */
};

struct check_item {
	struct expectation expectation;
	char *source;		     /* "-e", or "FILE:LINE"; owned */
	struct expect_result result; /* of the first moment that it failed at, else of the last */
	const struct check_moment *moment; /* that one; NULL: none yet */
	uint64_t times;			   /* moments it was judged at */
};

struct checks {
	struct check_item *items;
	size_t count;
	size_t capacity;
	struct check_moment **moments; /* that are still needed, in order of time; owned */
	size_t moment_count;
	size_t moment_capacity;
	struct view view; /* of findings: what they are told with */
	bool has_command;
	int expected_status; /* of the command; -1: any */
	int status;	     /* it had, as a shell tells it; -1: it was never seen to end */
};

/* Takes text in; source is copied. 0, -ENOMEM, or -EINVAL and *error. */
int checks__add(struct checks *checks, const char *text, const char *source,
		struct expect_error *error);
void checks__deinit(struct checks *checks);

/* Whether any wants the faults tier; whether any waits for a checkpoint. */
bool checks__need_faults(const struct checks *checks);
bool checks__need_checkpoints(const struct checks *checks);
/* Whether any asks for the growth until the end. */
bool checks__grow_until_end(const struct checks *checks);
/* Whether each was judged at least once. */
bool checks__all_judged(const struct checks *checks);

/*
 * Judges what is due at a moment: name of a checkpoint, or NULL for the end. Takes the
 * moment's content over, also on failure. 0 or -errno.
 */
int checks__judge(struct checks *checks, const char *name, struct moment *facts);

/* What was due at a moment that never came is unknown. 0 or -ENOMEM. Call it once, last. */
int checks__finish(struct checks *checks);

/* Of the command's status: it holds, or not. Only with has_command and an expected status. */
enum expect_verdict checks__status_verdict(const struct checks *checks);

/* Of all: a failure outweighs what cannot be told. */
enum expect_verdict checks__verdict(const struct checks *checks);

/* How many items, the command's status among them, have a verdict. */
size_t checks__tally(const struct checks *checks, enum expect_verdict verdict);

/*
 * One line on a finding: its counts, or why it cannot be told. malloc'ed; NULL: no memory.
 * page_bytes is that of the snapshot.
 */
char *check_describe(const struct expectation *expectation, const struct expect_finding *finding,
		     uint64_t page_bytes);

/*
 * Tells each finding of an item that does not hold: the name of its row as it is in the target,
 * or "process", and its line. 0 or -ENOMEM.
 */
int check_each_miss(const struct check_item *item,
		    void (*tell)(void *ctx, const char *name, const char *words), void *ctx);

/* "holds", "failed", "unknown" */
const char *expect_verdict_name(enum expect_verdict verdict);

#endif
