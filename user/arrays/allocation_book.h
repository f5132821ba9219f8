/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The allocations of one address space. */
#ifndef ARRAYS_ALLOCATION_BOOK_H
#define ARRAYS_ALLOCATION_BOOK_H

#include "arrays/allocations.h"

struct allocation_book {
	struct allocations *allocations;
	uint64_t forgotten; /* no room for these */
	uint32_t numbers;   /* assigned so far */
};

/* An empty one for at most max allocations. 0 or -ENOMEM. */
int allocation_book__init(struct allocation_book *book, size_t max);

/* The book of a forked child. 0 or -ENOMEM. */
int allocation_book__fork(struct allocation_book *child, const struct allocation_book *parent);

void allocation_book__deinit(struct allocation_book *book);

/* Counts what -ENOSPC lost and returns 0; returns any other err. */
int allocation_book__forget_if_full(struct allocation_book *book, int err);

#endif
