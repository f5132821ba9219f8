/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Writes moments into a file of SQLite, one transaction each: whatever ends us, the file has each
 * moment that was added. docs/RECORDING.md describes it.
 */
#ifndef STORE_RECORDING_H
#define STORE_RECORDING_H

#include <stdbool.h>

#include "model/moment.h"

struct recording;

/* The recorder's own facts; borrowed. */
struct recording_origin {
	const char *host;
	const char *rank; /* NULL: started by no launcher that we know */
};

/* Makes the tables in a file that is empty. 0 or -errno: then *ret is NULL. */
int recording__create(const char *path, const struct recording_origin *origin,
		      struct recording **ret);

/*
 * Adds a moment of the same watch as those before it. 0 or -errno; after an error the file has the
 * moments before, and takes no more.
 */
int recording__add(struct recording *recording, const struct moment *moment);

/* How many moments it has. */
uint64_t recording__count(const struct recording *recording);

/*
 * Gives the file another name, and replaces the file of that name; *renamed is set once that was
 * done. 0 or -errno.
 */
int recording__rename(struct recording *recording, const char *path, bool *renamed);

/* Whether the file of its name is still this one: another may have replaced it. */
bool recording__has_name(const struct recording *recording);

/* NULL is allowed. */
void recording__free(struct recording *recording);

#endif
