/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the writer share. */
#ifndef STORE_RECORDING_PRIV_H
#define STORE_RECORDING_PRIV_H

#include <sys/stat.h>

#include "model/moment_lists.h"
#include "model/rows/snapshot.h"
#include "store/db.h"
#include "store/items.h"
#include "store/recording.h"

enum writes {
	WRITE_ITEM,			    /* the items of a list; one for each list */
	WRITE_GONE = MOMENT_LISTS,	    /* one for each list */
	WRITE_RECORDING = 2 * MOMENT_LISTS, /* from here on one each */
	WRITE_MOMENT,
	WRITE_CHECKPOINT,
	WRITE_PROCESS,
	WRITE_PROCESS_MOMENT,
	WRITE_LIFE,
	WRITE_ALIAS,
	WRITE_ARRAY_PAGES,
	WRITES,
};

/* The counts of an array that were written last. */
struct noted_pages {
	uint64_t number;
	uint64_t counts[6]; /* in the order of the columns; the last is first_ns */
};

/* A process of the moment before. */
struct kept_process {
	struct process_moment moment; /* its lists; of its header the facts and exe */
	int64_t id;
	int64_t *ids[MOMENT_LISTS]; /* of the rows of its items */
	struct noted_pages *pages;  /* by number */
	size_t page_count;
};

struct recording {
	sqlite3 *db;
	sqlite3_stmt *writes[WRITES];
	char *path;
	struct stat file; /* as it was opened */
	bool failed;
	uint64_t moments;
	int64_t first[MOMENT_LISTS]; /* ids of items before these are of no use any more */
	int64_t next[MOMENT_LISTS];
	int64_t next_process;
	int64_t next_life;
	uint64_t written; /* rows of items, and their ends, since all items were written anew */
	struct kept_process *kept;
	size_t kept_count;
	char scratch[ITEM_SCRATCH];
};

/* recording_statements.c: makes and drops all statements. 0 or -errno. */
int recording_prepare(struct recording *recording);
void recording_finalize(struct recording *recording);

/* recording_moment.c: within a transaction. 0 or -errno. */
int recording_write(struct recording *recording, const struct moment *moment);

/* recording_process.c: of the moment that is being written. All return 0 or -errno. */

/* Items of the process that are new or went since `kept`, which then is as the process is now. */
int recording_write_lists(struct recording *recording, struct kept_process *kept,
			  const struct process_moment *process, uint64_t start_ns);

/* Counts of its arrays that changed. */
int recording_write_pages(struct recording *recording, struct kept_process *kept,
			  const struct process_snapshot *process, uint64_t start_ns);

void kept_process__deinit(struct kept_process *kept);

#endif
