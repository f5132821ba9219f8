/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Address ranges that calls gave to a program: disjoint, in order of address. What is cut out of
 * one leaves its parts, each a claim of its own. Every step takes O(log n).
 */
#ifndef ARRAYS_CLAIMS_H
#define ARRAYS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/heap_call.h"

enum claim_state {
	CLAIM_LIVE,
	CLAIM_RESIZING, /* by a realloc that may move it, or fail */
	CLAIM_FREED,
};

struct claim {
	uint64_t start; /* bytes, [start, end): what is left of it */
	uint64_t end;
	uint64_t whole_start; /* as it was given out */
	uint64_t whole_bytes;
	uint64_t serial;
	uint64_t time_ns; /* CLOCK_MONOTONIC, when it was given out */
	uint32_t number;  /* of its address space, from 1 */
	uint32_t id;	  /* of this part; given by claims__insert */
	uint32_t tid;
	enum heap_call call;
	enum claim_state state;
};

struct claim_list { /* all zero is empty; the holder frees claims */
	struct claim *claims;
	size_t count;
	size_t capacity;
};

struct claims;

/* At most max of them: -ENOSPC then. NULL: no memory. */
struct claims *claims__new(size_t max);
struct claims *claims__copy(const struct claims *claims);
void claims__free(struct claims *claims);
size_t claims__count(const struct claims *claims);

/* The lowest claim that ends above address, or NULL. Valid until the next insert or cut. */
struct claim *claims__above(struct claims *claims, uint64_t address);

/*
 * Enters a claim whose range is free (cut it first) and gives it an id of its own.
 * 0, -ENOMEM or -ENOSPC; -EEXIST: the range is not free; -EINVAL: it is empty.
 */
int claims__insert(struct claims *claims, const struct claim *claim);

/*
 * Takes what lies in [start, end) out of the claims that wanted (NULL: all) accepts; the parts go
 * to *taken unless that is NULL. 0, -ENOMEM or -ENOSPC.
 */
int claims__cut(struct claims *claims, uint64_t start, uint64_t end,
		bool (*wanted)(const struct claim *claim), struct claim_list *taken);

/* Enters the parts again where nothing else lies by now; what cannot stays out. */
void claims__put_back(struct claims *claims, const struct claim_list *parts);

#endif
