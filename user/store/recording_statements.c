/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The statements that write: an INSERT with a parameter for each column. */
#include <errno.h>

#include "base/text.h"
#include "store/recording_priv.h"
#include "store/schema.h"

static const struct {
	const char *table;
	int columns;
} others[WRITES] = {
	[WRITE_RECORDING] = { "recording", 7 },
	[WRITE_MOMENT] = { "moment", 8 + 2 * MOMENT_LISTS + 1 },
	[WRITE_CHECKPOINT] = { "checkpoint", 5 },
	[WRITE_PROCESS] = { "process", 7 },
	[WRITE_PROCESS_MOMENT] = { "process_moment", 12 },
	[WRITE_LIFE] = { "life", 13 },
	[WRITE_ALIAS] = { "alias", 3 },
	[WRITE_ARRAY_PAGES] = { "array_pages", 9 },
};

static int prepare_insert(struct recording *recording, unsigned int write, const char *table,
			  const char *suffix, int columns)
{
	char memory[128];
	struct text_buffer marks = text_buffer__over(memory, sizeof(memory));
	int i;

	for (i = 0; i < columns; i++)
		text_buffer__add(&marks, i ? ",?" : "?");
	return db_prepare(recording->db, &recording->writes[write],
			  "INSERT OR REPLACE INTO %s%s VALUES (%s)", table, suffix, memory);
}

int recording_prepare(struct recording *recording)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < MOMENT_LISTS; i++) {
		enum moment_list list = (enum moment_list)i;
		const char *table = schema_table_of(list);

		err = prepare_insert(recording, WRITE_ITEM + i, table, "",
				     2 + schema_columns_of(list));
		if (!err)
			err = prepare_insert(recording, WRITE_GONE + i, table, "_gone", 2);
	}
	for (i = WRITE_RECORDING; !err && i < WRITES; i++)
		err = prepare_insert(recording, i, others[i].table, "", others[i].columns);
	return err;
}

void recording_finalize(struct recording *recording)
{
	unsigned int i;

	for (i = 0; i < WRITES; i++) {
		sqlite3_finalize(recording->writes[i]);
		recording->writes[i] = NULL;
	}
}
