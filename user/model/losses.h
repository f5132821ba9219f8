/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What could not be counted, as one table that reports, verdicts and JSON all read. A new loss is a
 * value here and a row in losses.c.
 */
#ifndef MODEL_LOSSES_H
#define MODEL_LOSSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum loss {
	LOSS_CHUNKS,	  /* touches without room in the kernel's chunk table */
	LOSS_SETS,	  /* touches without room for their GiB */
	LOSS_STRAYS,	  /* touches of chunks whose life was just ending or beginning */
	LOSS_SLOTS,	  /* processes without room in the kernel's target table */
	LOSS_CHILDREN,	  /* followed processes that could not be read */
	LOSS_EVENTS,	  /* mapping events without room in the ring */
	LOSS_CALLS,	  /* mapping calls that this kernel does not trace */
	LOSS_SKIPPED,	  /* runs of our programs that the kernel left out */
	LOSS_32_BIT,	  /* 32-bit programs, whose mapping calls no kernel traces */
	LOSS_HEAP_BLOCKS, /* heap blocks without room in the kernel's table */
	LOSS_BITS,	  /* closing records without memory on our side */
	LOSS_UNSURE,	  /* pages whose touch a failed call may have dropped */
	LOSS_LATE,	  /* reports that may lack what calls did during the scan */
	LOSS_UNREADABLE,  /* pages that the page tables did not show */
	LOSS_OVERDUE,	  /* processes that reached the hold limit and went on */
	LOSS_KINDS,
};

/* Which counts a loss can make wrong. */
enum loss_affects {
	LOSS_AFFECTS_STATES = 1 << 0, /* states of pages, and the ledger's split of them */
	LOSS_AFFECTS_TOUCH = 1 << 1,  /* touched, read and written pages, and the ledger */
	LOSS_AFFECTS_FAULTS = 1 << 2, /* faults of a process */
	LOSS_AFFECTS_ROWS = 1 << 3,   /* rows are missing; existing rows are right */
};

struct loss_kind {
	const char *key; /* in JSON */
	const char *one; /* "3 touches found no room": the noun for a count of one, and of many */
	const char *many;
	const char *what;
	const char *option;   /* option that makes more room; NULL: none */
	const char *unknown;  /* why a count is unknown, half a sentence */
	bool own;	      /* affects one process only */
	unsigned int affects; /* enum loss_affects */
};

struct losses { /* all zero: nothing was lost */
	uint64_t count[LOSS_KINDS];
};

/* The row of a loss; never NULL. */
const struct loss_kind *loss_kind(enum loss loss);

bool losses__any(const struct losses *losses);
void losses__add(struct losses *sum, const struct losses *part);

/* The losses of one process: those that affect all, and its own. */
struct losses losses__of_one(const struct losses *all, const struct losses *own);

/* The first loss of the table that has a count and affects any of these; LOSS_KINDS: none. */
enum loss losses__first(const struct losses *losses, unsigned int affects);

#define LOSS_SENTENCE_MAX 256

/* "7 mapping events found no room in the ring (--ring-bytes)". Returns buffer. */
char *loss_sentence(enum loss loss, uint64_t count, char buffer[LOSS_SENTENCE_MAX]);

#endif
