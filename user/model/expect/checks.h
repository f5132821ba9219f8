/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A list of expectations, judged at moments (checkpoints, and the end), and the results. */
#ifndef MODEL_CHECKS_H
#define MODEL_CHECKS_H

#include "model/expect/expect.h"

/* A moment that a result, or a later growth, still needs. */
struct check_moment {
	char *name; /* the checkpoint's; NULL: the end. Owned */
	struct moment facts;
	struct snapshot rows; /* of the facts, with the view of the checks */
	bool superseded;      /* its process reached that checkpoint again */
};

struct check_item {
	struct expectation expectation;
	char *source;		     /* "-e", or "FILE:LINE"; owned */
	struct expect_result result; /* of the first moment at which it failed, else of the last */
	const struct check_moment *moment; /* the moment of that result; NULL: none yet */
	uint64_t times;			   /* number of moments at which it was judged */
};

struct checks {
	struct check_item *items;
	size_t count;
	size_t capacity;
	struct check_moment **moments; /* still needed, in order of time; owned */
	size_t moment_count;
	size_t moment_capacity;
	struct view view; /* for findings: how they are shown */
	bool has_command;
	int expected_status; /* of the command; -1: any */
	int status;	     /* the actual one, as in a shell; -1: its end was not seen */
};

/* Parses and adds an expectation; source is copied. 0, -ENOMEM, or -EINVAL and *error. */
int checks__add(struct checks *checks, const char *text, const char *source,
		struct expect_error *error);
void checks__deinit(struct checks *checks);

/* Whether any expectation needs the faults tier; whether any waits for a checkpoint. */
bool checks__need_faults(const struct checks *checks);
bool checks__need_checkpoints(const struct checks *checks);
/* Whether any asks for growth until the end. */
bool checks__grow_until_end(const struct checks *checks);
/* Whether each expectation was judged at least once. */
bool checks__all_judged(const struct checks *checks);

/*
 * Judges what belongs to a moment: name of a checkpoint, or NULL for the end. Takes the moment's
 * content over, even on failure. 0 or -errno.
 */
int checks__judge(struct checks *checks, const char *name, struct moment *facts);

/* Expectations whose moment never came become unknown. 0 or -ENOMEM. Call it once, last. */
int checks__finish(struct checks *checks);

/* Verdict on the command's status: holds or fails. Only with has_command and an expected status. */
enum expect_verdict checks__status_verdict(const struct checks *checks);

/* Verdict on everything: failed outweighs unknown. */
enum expect_verdict checks__verdict(const struct checks *checks);

/* How many items, including the command's status, have a verdict. */
size_t checks__tally(const struct checks *checks, enum expect_verdict verdict);

/*
 * One line about a finding: its counts, or why it is unknown. malloc'ed; NULL: no memory.
 * page_bytes is the snapshot's.
 */
char *check_describe(const struct expectation *expectation, const struct expect_finding *finding,
		     uint64_t page_bytes);

/*
 * Calls visit for each finding of an item that does not hold, with the name of its row (unescaped),
 * or "process", and its line. 0 or -ENOMEM.
 */
int check_each_miss(const struct check_item *item,
		    void (*tell)(void *ctx, const char *name, const char *words), void *ctx);

/* "holds", "failed", "unknown" */
const char *expect_verdict_name(enum expect_verdict verdict);

#endif
