/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The tables and views of a recording; docs/RECORDING.md says what each column is. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "model/moment.h"

#define SCHEMA_APPLICATION 0x70616765 /* "page" */
#define SCHEMA_VERSION 2	      /* 1 has no MOMENT_CACHED */

struct schema_table {
	const char *name;
	const char *columns; /* with their types, as in CREATE TABLE */
	bool without_rowid;
	int first; /* versions that have it */
	int last;
};

/* All tables of all versions; a row without a name ends them. */
extern const struct schema_table schema_tables[];

/* Statements that create the views. */
extern const char schema_views[];

/* The statement that creates a table, for sqlite3_free. NULL: no memory. */
char *schema_sql(const struct schema_table *table);

/* The table that has the items of a list. */
const char *schema_table_of(enum moment_list list);

/* How many lists a moment has there: the first ones. */
unsigned int schema_lists_of(int version);

/* How many columns it has after id and process. */
int schema_columns_of(enum moment_list list);

#endif
