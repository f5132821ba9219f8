/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A row of one of the lists stands for an item that did not change from one moment to another. It
 * is in a moment if its id is in the range that the moment names (NAME_first to NAME_last), and if
 * NAME_gone does not say that it went at that moment or before.
 */
#include "store/schema.h"

#include <sqlite3.h>

#define RANGE "id INTEGER PRIMARY KEY, process INTEGER, start INTEGER, stop INTEGER"
#define GONE "id INTEGER PRIMARY KEY, moment INTEGER"

#define EVER 1, SCHEMA_VERSION

/* Those of all versions, the first in the table. */
#define MOMENT_COLUMNS                                                                             \
	"id INTEGER PRIMARY KEY, time_unix_ns INTEGER, since_start_ns INTEGER, reason TEXT, "      \
	"complete INTEGER, resident_pages INTEGER, swapped_pages INTEGER, touched_pages INTEGER, " \
	"mapping_first INTEGER, mapping_last INTEGER, "                                            \
	"page_run_first INTEGER, page_run_last INTEGER, "                                          \
	"frame_run_first INTEGER, frame_run_last INTEGER, "                                        \
	"array_first INTEGER, array_last INTEGER, "                                                \
	"chunk_touch_first INTEGER, chunk_touch_last INTEGER, "                                    \
	"before_run_first INTEGER, before_run_last INTEGER, "                                      \
	"huge_seen_run_first INTEGER, huge_seen_run_last INTEGER, "                                \
	"huge_maybe_run_first INTEGER, huge_maybe_run_last INTEGER, "

const struct schema_table schema_tables[] = {
	{ "recording",
	  "pagewatch TEXT, host TEXT, rank TEXT, kernel TEXT, machine TEXT, page_bytes INTEGER, "
	  "start_ns INTEGER",
	  false, EVER },
	{ "moment", MOMENT_COLUMNS "facts BLOB", false, 1, 1 },
	{ "moment", MOMENT_COLUMNS "cached_run_first INTEGER, cached_run_last INTEGER, facts BLOB",
	  false, 2, SCHEMA_VERSION },
	{ "checkpoint",
	  "id INTEGER PRIMARY KEY, moment INTEGER, process INTEGER, name TEXT, stack_id INTEGER",
	  false, EVER },
	{ "process",
	  "id INTEGER PRIMARY KEY, pid INTEGER, start_ticks INTEGER, parent INTEGER, comm TEXT, "
	  "exe TEXT, runtime TEXT",
	  false, EVER },
	{ "process_moment",
	  "moment INTEGER, position INTEGER, process INTEGER, exited INTEGER, complete INTEGER, "
	  "resident_pages INTEGER, zero_pages INTEGER, swapped_pages INTEGER, "
	  "touched_pages INTEGER, faults INTEGER, life_first INTEGER, life_count INTEGER, "
	  "PRIMARY KEY (moment, position)",
	  true, EVER },
	{ "life",
	  "id INTEGER PRIMARY KEY, moment INTEGER, process INTEGER, count INTEGER, start INTEGER, "
	  "stop INTEGER, created_ns INTEGER, ended_ns INTEGER, how TEXT, pages_read INTEGER, "
	  "pages_written INTEGER, pages_touched INTEGER, stack_id INTEGER",
	  false, EVER },
	{ "mapping",
	  RANGE ", kind TEXT, permissions TEXT, path TEXT, offset INTEGER, inode INTEGER, "
		"dev_major INTEGER, dev_minor INTEGER",
	  false, EVER },
	{ "page_run", RANGE ", state TEXT, maybe_huge INTEGER", false, EVER },
	{ "frame_run", RANGE ", first_frame INTEGER, exclusive INTEGER", false, EVER },
	{ "array",
	  RANGE ", number INTEGER, name TEXT, source TEXT, dtype TEXT, shape TEXT, strides TEXT, "
		"data INTEGER, nbytes INTEGER, owndata INTEGER, writeable INTEGER, object INTEGER, "
		"base_object INTEGER, owner INTEGER, asked_for INTEGER, call TEXT, "
		"call_ns INTEGER, call_tid INTEGER, freed INTEGER, aliases INTEGER, "
		"aliases_found INTEGER, stack_id INTEGER",
	  false, EVER },
	{ "alias", "array INTEGER, position INTEGER, name TEXT, PRIMARY KEY (array, position)",
	  true, EVER },
	{ "chunk_touch",
	  "id INTEGER PRIMARY KEY, process INTEGER, start INTEGER, pages INTEGER, "
	  "first_ns INTEGER, lasted_ns INTEGER, tid INTEGER, cpu INTEGER, bits BLOB, "
	  "stack_id INTEGER",
	  false, EVER },
	{ "before_run", RANGE, false, EVER },
	{ "huge_seen_run", RANGE, false, EVER },
	{ "huge_maybe_run", RANGE, false, EVER },
	{ "cached_run",
	  RANGE ", answer TEXT, cached_pages INTEGER, dirty_pages INTEGER, swapped_pages INTEGER",
	  false, 2, SCHEMA_VERSION },
	{ "mapping_gone", GONE, false, EVER },
	{ "page_run_gone", GONE, false, EVER },
	{ "frame_run_gone", GONE, false, EVER },
	{ "array_gone", GONE, false, EVER },
	{ "chunk_touch_gone", GONE, false, EVER },
	{ "before_run_gone", GONE, false, EVER },
	{ "huge_seen_run_gone", GONE, false, EVER },
	{ "huge_maybe_run_gone", GONE, false, EVER },
	{ "cached_run_gone", GONE, false, 2, SCHEMA_VERSION },
	{ "array_pages",
	  "process INTEGER, number INTEGER, moment INTEGER, pages INTEGER, "
	  "resident_pages INTEGER, zero_pages INTEGER, swapped_pages INTEGER, "
	  "touched_pages INTEGER, first_ns INTEGER, PRIMARY KEY (process, number, moment)",
	  true, EVER },
	{ NULL, NULL, false, EVER },
};

/* Page counts of a moment are the last ones that were noted. */
const char schema_views[] =
	"CREATE VIEW array_over_time AS "
	"SELECT m.id AS moment, m.since_start_ns / 1e9 AS seconds, p.pid, a.process, a.number, "
	"a.name, a.source, a.dtype, a.shape, a.start, a.stop, c.pages, c.resident_pages, "
	"c.resident_pages * r.page_bytes AS resident_bytes, c.zero_pages, c.swapped_pages, "
	"c.touched_pages, c.first_ns "
	"FROM recording r, moment m "
	"JOIN process_moment pm ON pm.moment = m.id "
	"JOIN process p ON p.id = pm.process "
	"JOIN array a ON a.id BETWEEN m.array_first AND m.array_last AND a.process = pm.process "
	"LEFT JOIN array_gone g ON g.id = a.id AND g.moment <= m.id "
	"LEFT JOIN array_pages c ON c.process = a.process AND c.number = a.number AND c.moment = "
	"(SELECT max(x.moment) FROM array_pages x WHERE x.process = a.process AND "
	"x.number = a.number AND x.moment <= m.id) "
	"WHERE g.id IS NULL;"
	"CREATE VIEW array_first_touch AS "
	"SELECT p.pid, c.process, c.number, "
	"(SELECT name FROM array a WHERE a.process = c.process AND a.number = c.number "
	"ORDER BY a.id DESC LIMIT 1) AS name, min(c.first_ns) / 1e9 AS seconds, "
	"max(c.touched_pages) AS touched_pages "
	"FROM array_pages c JOIN process p ON p.id = c.process WHERE c.first_ns IS NOT NULL "
	"GROUP BY c.process, c.number;"
	"CREATE VIEW peak AS "
	"SELECT id AS moment, since_start_ns / 1e9 AS seconds, resident_pages, "
	"resident_pages * (SELECT page_bytes FROM recording) AS resident_bytes "
	"FROM moment ORDER BY resident_pages DESC, id LIMIT 1;"
	"CREATE VIEW resident_at_peak AS "
	"SELECT * FROM array_over_time WHERE moment = (SELECT moment FROM peak) "
	"AND resident_pages > 0;"
	"CREATE VIEW lives AS "
	"SELECT l.moment, p.pid, l.count, l.start, l.stop - l.start AS bytes, "
	"l.created_ns / 1e9 AS created_seconds, l.ended_ns / 1e9 AS ended_seconds, l.how, "
	"l.pages_read, l.pages_written, l.pages_touched "
	"FROM life l JOIN process p ON p.id = l.process;"
	"CREATE VIEW process_over_time AS "
	"SELECT m.id AS moment, m.since_start_ns / 1e9 AS seconds, p.pid, p.comm, pm.exited, "
	"pm.complete, pm.resident_pages, pm.resident_pages * r.page_bytes AS resident_bytes, "
	"pm.zero_pages, pm.swapped_pages, pm.touched_pages, pm.faults "
	"FROM recording r, moment m JOIN process_moment pm ON pm.moment = m.id "
	"JOIN process p ON p.id = pm.process;"
	"CREATE VIEW page_run_over_time AS "
	"SELECT m.id AS moment, r.process, r.start, r.stop, r.state "
	"FROM moment m JOIN page_run r ON r.id BETWEEN m.page_run_first AND m.page_run_last "
	"JOIN process_moment pm ON pm.moment = m.id AND pm.process = r.process "
	"LEFT JOIN page_run_gone g ON g.id = r.id AND g.moment <= m.id WHERE g.id IS NULL;"
	"CREATE VIEW mapping_over_time AS "
	"SELECT m.id AS moment, r.process, r.start, r.stop, r.kind, r.permissions, r.path "
	"FROM moment m JOIN mapping r ON r.id BETWEEN m.mapping_first AND m.mapping_last "
	"JOIN process_moment pm ON pm.moment = m.id AND pm.process = r.process "
	"LEFT JOIN mapping_gone g ON g.id = r.id AND g.moment <= m.id WHERE g.id IS NULL;"
	"CREATE VIEW chunk_touch_over_time AS "
	"SELECT m.id AS moment, c.process, c.start, c.pages, c.first_ns, "
	"c.first_ns + c.lasted_ns AS last_ns, c.tid, c.cpu, c.stack_id "
	"FROM moment m "
	"JOIN chunk_touch c ON c.id BETWEEN m.chunk_touch_first AND m.chunk_touch_last "
	"JOIN process_moment pm ON pm.moment = m.id AND pm.process = c.process "
	"LEFT JOIN chunk_touch_gone g ON g.id = c.id AND g.moment <= m.id WHERE g.id IS NULL;"
	"CREATE VIEW cached_run_over_time AS "
	"SELECT m.id AS moment, r.process, r.start, r.stop, r.answer, r.cached_pages, "
	"r.dirty_pages, r.swapped_pages "
	"FROM moment m JOIN cached_run r ON r.id BETWEEN m.cached_run_first AND m.cached_run_last "
	"JOIN process_moment pm ON pm.moment = m.id AND pm.process = r.process "
	"LEFT JOIN cached_run_gone g ON g.id = r.id AND g.moment <= m.id WHERE g.id IS NULL;";

static const struct {
	const char *name;
	int columns;
} lists[MOMENT_LISTS] = {
	[MOMENT_VMAS] = { "mapping", 9 },
	[MOMENT_RUNS] = { "page_run", 4 },
	[MOMENT_FRAMES] = { "frame_run", 4 },
	[MOMENT_ARRAYS] = { "array", 23 },
	[MOMENT_TOUCHED] = { "chunk_touch", 8 },
	[MOMENT_BEFORE] = { "before_run", 2 },
	[MOMENT_HUGE_SEEN] = { "huge_seen_run", 2 },
	[MOMENT_HUGE_MAYBE] = { "huge_maybe_run", 2 },
	[MOMENT_CACHED] = { "cached_run", 6 },
};

const char *schema_table_of(enum moment_list list)
{
	return lists[list].name;
}

unsigned int schema_lists_of(int version)
{
	return version < 2 ? MOMENT_CACHED : MOMENT_LISTS;
}

int schema_columns_of(enum moment_list list)
{
	return lists[list].columns;
}

char *schema_sql(const struct schema_table *table)
{
	return sqlite3_mprintf("CREATE TABLE %s (%s)%s", table->name, table->columns,
			       table->without_rowid ? " WITHOUT ROWID" : "");
}
