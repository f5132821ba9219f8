/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A moment from its rows. It is put together, turned into bytes and read back: moment_codec refuses
 * what no moment can be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/counted.h"
#include "model/array_ids.h"
#include "model/moment_codec.h"
#include "model/moment_kinds.h"
#include "store/recorded_priv.h"
#include "store/schema.h"

/* A process of the moment that is read. */
struct part {
	int64_t process;
	size_t position;
	struct process_lists lists;
};

struct reading {
	struct recorded *recorded;
	struct item_reader reader;
	struct moment moment; /* as it is put together */
	struct part *parts;   /* one for each process, sorted by its id */
	size_t count;
	int64_t first[MOMENT_LISTS];
	int64_t last[MOMENT_LISTS];
};

int recorded_prepare(struct recorded *recorded)
{
	sqlite3 *db = recorded->db;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < schema_lists_of(recorded->version); i++) {
		const char *table = schema_table_of((enum moment_list)i);

		/* In the order of the file: nobody's rows fill our memory to be sorted. */
		err = db_prepare(
			db, &recorded->items[i],
			"SELECT t.*, g.moment FROM %s t LEFT JOIN %s_gone g ON g.id = t.id "
			"WHERE t.id BETWEEN ? AND ?",
			table, table);
	}
	if (!err)
		err = db_prepare(db, &recorded->moments, "SELECT * FROM moment WHERE id = ?");
	if (!err)
		err = db_prepare(db, &recorded->processes,
				 "SELECT position, process, life_first, life_count "
				 "FROM process_moment WHERE moment = ? ORDER BY position");
	if (!err)
		err = db_prepare(db, &recorded->lives,
				 "SELECT * FROM life WHERE id >= ? ORDER BY id");
	if (!err)
		err = db_prepare(db, &recorded->aliases,
				 "SELECT name FROM alias WHERE array = ? ORDER BY position");
	return err;
}

void recorded_finalize(struct recorded *recorded)
{
	unsigned int i;

	for (i = 0; i < MOMENT_LISTS; i++)
		sqlite3_finalize(recorded->items[i]);
	sqlite3_finalize(recorded->moments);
	sqlite3_finalize(recorded->processes);
	sqlite3_finalize(recorded->lives);
	sqlite3_finalize(recorded->aliases);
}

/* The columns of schema.c: eight, two for each list, the facts. */
static int read_row(struct reading *reading, size_t index)
{
	sqlite3_stmt *query = reading->recorded->moments;
	const int lists = (int)schema_lists_of(reading->recorded->version);
	const void *facts;
	int err, i;

	sqlite3_bind_int64(query, 1, (sqlite3_int64)index + 1);
	err = db_row(query);
	if (err <= 0)
		return err ? err : -EINVAL;
	for (i = 0; i < lists; i++) {
		reading->first[i] = sqlite3_column_int64(query, 8 + 2 * i);
		reading->last[i] = sqlite3_column_int64(query, 9 + 2 * i);
	}
	facts = sqlite3_column_blob(query, 8 + 2 * lists);
	if (!facts)
		return -EINVAL;
	return moment_codec__decode(facts, (size_t)sqlite3_column_bytes(query, 8 + 2 * lists),
				    &reading->moment);
}

static bool has_no_lists(const struct moment *moment)
{
	size_t i, list;

	for (i = 0; i < moment->process_count; i++) {
		if (moment->processes[i].header.retired_count)
			return false;
		for (list = 0; list < MOMENT_LISTS; list++) {
			if (shared_list__count(moment->processes[i].lists[list]))
				return false;
		}
	}
	return true;
}

static void drop_lists(struct moment *moment)
{
	size_t i, list;

	for (i = 0; i < moment->process_count; i++) {
		free(moment->processes[i].header.retired);
		moment->processes[i].header.retired = NULL;
		for (list = 0; list < MOMENT_LISTS; list++) {
			counted__drop(moment->processes[i].lists[list]);
			moment->processes[i].lists[list] = NULL;
		}
	}
}

/* The columns of schema.c. */
static int read_life(struct reading *reading, sqlite3_stmt *row, struct retired *ret)
{
	const uint64_t start_ns = reading->recorded->start_ns;
	char *how;
	int err = item_text(row, 8, &reading->reader, &how);

	ret->count = (uint64_t)sqlite3_column_int64(row, 3);
	ret->start = (uint64_t)sqlite3_column_int64(row, 4);
	ret->end = (uint64_t)sqlite3_column_int64(row, 5);
	if (sqlite3_column_type(row, 6) != SQLITE_NULL)
		ret->created_ns = (uint64_t)sqlite3_column_int64(row, 6) + start_ns;
	if (sqlite3_column_type(row, 7) != SQLITE_NULL)
		ret->retired_ns = (uint64_t)sqlite3_column_int64(row, 7) + start_ns;
	ret->how = how;
	ret->pages_read = (uint64_t)sqlite3_column_int64(row, 9);
	ret->pages_written = (uint64_t)sqlite3_column_int64(row, 10);
	ret->pages_touched = (uint64_t)sqlite3_column_int64(row, 11);
	return err;
}

static int read_lives(struct reading *reading, struct process_header *header, int64_t first,
		      uint64_t count)
{
	sqlite3_stmt *query = reading->recorded->lives;
	int err = 0;

	if (!count)
		return 0;
	if (count > reading->reader.budget)
		return -EINVAL;
	header->retired = calloc((size_t)count, sizeof(*header->retired));
	if (!header->retired)
		return -ENOMEM;
	sqlite3_bind_int64(query, 1, first);
	while (!err && header->retired_count < count) {
		err = db_row(query);
		if (err <= 0)
			err = err ? err : -EINVAL;
		else
			err = read_life(reading, query, &header->retired[header->retired_count++]);
	}
	sqlite3_reset(query);
	return err;
}

static int by_process(const void *left, const void *right)
{
	const struct part *a = left, *b = right;

	return (a->process > b->process) - (a->process < b->process);
}

static int read_processes(struct reading *reading, size_t index)
{
	sqlite3_stmt *query = reading->recorded->processes;
	size_t count = reading->moment.process_count;
	int err = 0, more;

	reading->parts = calloc(count + 1, sizeof(*reading->parts));
	if (!reading->parts)
		return -ENOMEM;
	sqlite3_bind_int64(query, 1, (sqlite3_int64)index + 1);
	while (!err && (more = db_row(query)) != 0) {
		if (more < 0 || reading->count == count ||
		    sqlite3_column_int64(query, 0) != (sqlite3_int64)reading->count)
			return more < 0 ? more : -EINVAL;
		reading->parts[reading->count] = (struct part){
			.process = sqlite3_column_int64(query, 1),
			.position = reading->count,
		};
		err = read_lives(reading, &reading->moment.processes[reading->count].header,
				 sqlite3_column_int64(query, 2),
				 (uint64_t)sqlite3_column_int64(query, 3));
		reading->count++;
	}
	if (!err && reading->count != count)
		err = -EINVAL;
	array_sort(reading->parts, reading->count, sizeof(*reading->parts), by_process);
	return err;
}

static int read_item(struct reading *reading, enum moment_list list, sqlite3_stmt *row,
		     int64_t moment)
{
	const struct part wanted = { .process = sqlite3_column_int64(row, 1) };
	struct part *part;
	int gone = 2 + schema_columns_of(list);

	if (sqlite3_column_type(row, gone) != SQLITE_NULL &&
	    sqlite3_column_int64(row, gone) <= moment)
		return 0;
	part = array_find(&wanted, reading->parts, reading->count, sizeof(wanted), by_process);
	return part ? item_read(row, list, &reading->reader, &part->lists) : 0;
}

/* Rows that lie upon each other in a broken file must come to an end. */
static int read_items(struct reading *reading, enum moment_list list, size_t index)
{
	sqlite3_stmt *query = reading->recorded->items[list];
	uint64_t rows = reading->recorded->file_bytes;
	int err = 0, more;

	sqlite3_bind_int64(query, 1, reading->first[list]);
	sqlite3_bind_int64(query, 2, reading->last[list]);
	while (!err && (more = db_row(query)) != 0) {
		err = more < 0 ? more : rows-- ? 0 : -EINVAL;
		if (!err)
			err = read_item(reading, list, query, (int64_t)index + 1);
	}
	sqlite3_reset(query);
	return err;
}

static int compare_keys(const void *left, const void *right, void *kind)
{
	uint64_t a = ((const struct shared_kind *)kind)->key(left);
	uint64_t b = ((const struct shared_kind *)kind)->key(right);

	return (a > b) - (a < b);
}

/* Items that changed stand behind those that did not. */
static void sort_lists(struct process_lists *lists)
{
	unsigned int i;

	for (i = 0; i < MOMENT_LISTS; i++) {
		const struct list_place place = process_lists__place(lists, (enum moment_list)i);
		const struct shared_kind *kind = moment_kind((enum moment_list)i);

		if (i == MOMENT_ARRAYS)
			array_ids__sort(&lists->arrays);
		else if (*place.count)
			qsort_r(*place.items, *place.count, kind->item_bytes, compare_keys,
				(void *)(uintptr_t)kind);
	}
}

static int keep_lists(struct reading *reading)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < reading->count; i++) {
		struct part *part = &reading->parts[i];

		sort_lists(&part->lists);
		err = process_moment__keep(&reading->moment.processes[part->position],
					   &part->lists);
	}
	return err;
}

static int check_moment(const struct moment *moment, struct moment *ret)
{
	char *bytes = NULL;
	size_t count;
	int err = moment_codec__encode(moment, &bytes, &count);

	if (!err)
		err = moment_codec__decode(bytes, count, ret);
	free(bytes);
	return err;
}

static int read_moment(struct reading *reading, size_t index, struct moment *ret)
{
	unsigned int i;
	int err = read_row(reading, index);

	if (!err && (!has_no_lists(&reading->moment) ||
		     reading->moment.header.start_ns != reading->recorded->start_ns))
		err = -EINVAL;
	if (!err) {
		drop_lists(&reading->moment);
		err = read_processes(reading, index);
	}
	for (i = 0; !err && i < schema_lists_of(reading->recorded->version); i++)
		err = read_items(reading, (enum moment_list)i, index);
	if (!err)
		err = keep_lists(reading);
	return err ? err : check_moment(&reading->moment, ret);
}

int recorded_read(struct recorded *recorded, size_t index, struct moment *ret)
{
	struct reading reading = {
		.recorded = recorded,
		.reader = { .start_ns = recorded->start_ns,
			    .aliases = recorded->aliases,
			    .budget = recorded->file_bytes },
	};
	size_t i;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = read_moment(&reading, index, ret);
	sqlite3_reset(recorded->moments);
	sqlite3_reset(recorded->processes);
	for (i = 0; i < reading.count; i++)
		process_lists__deinit(&reading.parts[i].lists);
	free(reading.parts);
	moment__deinit(&reading.moment);
	item_memory__deinit(&reading.reader.memory);
	return err;
}
