/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The items of a moment's lists as rows of their tables, and back. */
#ifndef STORE_ITEMS_H
#define STORE_ITEMS_H

#include "model/moment_lists.h"
#include "store/db.h"

/* Memory that is freed all at once. */
struct item_memory { /* all zero is empty */
	void **blocks;
	size_t count;
	size_t capacity;
};

void item_memory__deinit(struct item_memory *memory);

/* Zeroed; NULL: no memory. */
void *item_memory__new(struct item_memory *memory, size_t bytes);

/*
 * Binds an item to an INSERT, from the third parameter on (id and process are the caller's). It
 * must live until the step. scratch: of at least ITEM_SCRATCH bytes, the same. start_ns: of the
 * watch; times in a recording count from there.
 */
#define ITEM_SCRATCH 3000
void item_bind(sqlite3_stmt *insert, enum moment_list list, const void *item, uint64_t start_ns,
	       char *scratch);

struct item_reader {
	struct item_memory memory; /* has what items point to */
	uint64_t start_ns;
	sqlite3_stmt *aliases; /* array -> name, in order */
	uint64_t budget;       /* bytes that may still come: no more than the file has */
};

/*
 * Appends an item to its list. row: id, process, then the columns of its table. 0, -ENOMEM, or
 * -EINVAL: no such item was ever written.
 */
int item_read(sqlite3_stmt *row, enum moment_list list, struct item_reader *reader,
	      struct process_lists *ret);

/* A text that must be there, in the reader's memory. 0, -EINVAL or -ENOMEM. */
int item_text(sqlite3_stmt *row, int at, struct item_reader *reader, char **ret);

#endif
