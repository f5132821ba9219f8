/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Pieces of the target's memory that are to be as they were: gathered in batches, past the cache.
 */
#ifndef ARRAYS_PYTHON_CLAIMS_H
#define ARRAYS_PYTHON_CLAIMS_H

#include "arrays/python/reader.h"

#define CLAIM_WANTED 1u
#define CLAIM_WRONG 2u

enum claim_how {
	CLAIM_SAME,
	CLAIM_POINTER, /* the last 8 bytes but for the tag that 3.14 puts into pointers, the rest the same */
	CLAIM_STATE, /* one signed byte, not above 0 */
	CLAIM_COUNT, /* 8 bytes, which are kept */
};

struct claim {
	uint64_t address;
	const void *then;
	size_t bytes; /* at most CLAIM_BYTES_MAX */
	enum claim_how how;
	uint8_t *mark;	 /* gets CLAIM_WRONG where it is not so */
	uint64_t *count; /* of CLAIM_COUNT */
};

#define CLAIM_BYTES_MAX 1024u

struct claims;

/* NULL when there is no memory. */
struct claims *claims__new(struct memsrc *memsrc);
void claims__free(struct claims *claims);

/* then is copied; marks and counts are set by claims__check at the latest. 0 or -errno. */
int claims__add(struct claims *claims, const struct claim *claim);
int claims__check(struct claims *claims);

#endif
