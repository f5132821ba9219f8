/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the reader share. */
#ifndef STORE_RECORDED_PRIV_H
#define STORE_RECORDED_PRIV_H

#include "store/db.h"
#include "store/items.h"
#include "store/recorded.h"

struct recorded {
	sqlite3 *db;
	sqlite3_stmt *items[MOMENT_LISTS];
	sqlite3_stmt *moments;
	sqlite3_stmt *processes;
	sqlite3_stmt *lives;
	sqlite3_stmt *aliases;
	char *path;
	char *rank;
	int version; /* of its tables */
	uint64_t file_bytes;
	uint64_t start_ns;
	size_t count;
	struct moment moment; /* the one that was asked for last */
};

/* recorded_moment.c: the statements that read. 0 or -errno. */
int recorded_prepare(struct recorded *recorded);
void recorded_finalize(struct recorded *recorded);

/* The caller calls moment__deinit on *ret, even on failure. 0, -EINVAL, -ENOMEM or -errno. */
int recorded_read(struct recorded *recorded, size_t index, struct moment *ret);

#endif
