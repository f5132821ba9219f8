/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Checks that pieces of the target's memory have not changed: gathered in batches, past the cache.
 */
#ifndef ARRAYS_PYTHON_RECHECKS_H
#define ARRAYS_PYTHON_RECHECKS_H

#include "arrays/python/reader.h"

#define RECHECK_WANTED 1u
#define RECHECK_WRONG 2u

enum recheck_how {
	RECHECK_SAME,
	RECHECK_POINTER, /* the last 8 bytes except for the tag that 3.14 puts into pointers; the
			  * rest exactly */
	RECHECK_STATE,	 /* one signed byte, not above 0 */
	RECHECK_COUNT,	 /* 8 bytes, which are returned */
};

struct recheck {
	uint64_t address;
	const void *then;
	size_t bytes; /* at most RECHECK_BYTES_MAX */
	enum recheck_how how;
	uint8_t *mark;	 /* set to RECHECK_WRONG if it has changed */
	uint64_t *count; /* for RECHECK_COUNT */
};

#define RECHECK_BYTES_MAX 1024u

struct rechecks;

/* NULL if there is no memory. */
struct rechecks *rechecks__new(struct memsrc *memsrc);
void rechecks__free(struct rechecks *rechecks);

/* Copies then. Sets marks and counts by the time of rechecks__check at the latest. 0 or -errno. */
int rechecks__add(struct rechecks *rechecks, const struct recheck *recheck);
int rechecks__check(struct rechecks *rechecks);

#endif
