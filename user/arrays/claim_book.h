/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The claims of one address space, and the calls that are changing them. */
#ifndef ARRAYS_CLAIM_BOOK_H
#define ARRAYS_CLAIM_BOOK_H

#include "arrays/claim_calls.h"
#include "arrays/claims.h"

struct claim_book {
	struct claims *claims;
	struct claim_calls calls;
	uint64_t forgotten; /* there was no room for them */
	uint32_t numbers;   /* given out so far */
};

/* An empty one for at most max claims. 0 or -ENOMEM. */
int claim_book__init(struct claim_book *book, size_t max);

/* The book of a forked child: no thread of it is in a call. 0 or -ENOMEM. */
int claim_book__fork(struct claim_book *child, const struct claim_book *parent);

void claim_book__deinit(struct claim_book *book);

/* Counts what -ENOSPC lost: 0 then, else err. */
int claim_book__forget_if_full(struct claim_book *book, int err);

#endif
