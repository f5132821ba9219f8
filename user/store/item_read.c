/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Rows into items. What memory safety needs is checked here; whether the items of a moment can be
 * true together is for moment_codec, which sees all of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/item_names.h"
#include "model/page_state.h"
#include "store/items.h"
#include "store/touch_bits.h"

#define DIMS_MAX 64u
#define ROW_BYTES 4u /* of the shortest row */

/* A row, from its next column on. After an error values are zero. */
struct row {
	sqlite3_stmt *row;
	int at;
	struct item_reader *reader;
	int err;
};

static void fail_row(struct row *row, int err)
{
	if (!row->err)
		row->err = err;
}

/* A file in which rows lie upon each other must not take more memory than it has bytes. */
static void charge_row(struct row *row, uint64_t bytes)
{
	if (bytes > row->reader->budget) {
		fail_row(row, -EINVAL);
		return;
	}
	row->reader->budget -= bytes;
}

static uint64_t next_number(struct row *row)
{
	return (uint64_t)sqlite3_column_int64(row->row, row->at++);
}

static uint64_t next_up_to(struct row *row, uint64_t most)
{
	uint64_t number = next_number(row);

	if (number <= most)
		return number;
	fail_row(row, -EINVAL);
	return 0;
}

static uint64_t next_time(struct row *row)
{
	int at = row->at++;

	if (sqlite3_column_type(row->row, at) == SQLITE_NULL)
		return 0;
	return (uint64_t)sqlite3_column_int64(row->row, at) + row->reader->start_ns;
}

/* NULL: there is none, or an error. Valid until the next row. */
static const char *next_borrowed(struct row *row)
{
	int at = row->at++;
	const char *text = (const char *)sqlite3_column_text(row->row, at);
	size_t bytes = (size_t)sqlite3_column_bytes(row->row, at);

	if (!text)
		return NULL;
	if (strlen(text) != bytes)
		fail_row(row, -EINVAL);
	charge_row(row, bytes);
	return row->err ? NULL : text;
}

static char *next_text(struct row *row)
{
	const char *text = next_borrowed(row);
	char *copy;

	if (!text)
		return NULL;
	copy = item_memory__new(&row->reader->memory, strlen(text) + 1);
	if (!copy)
		fail_row(row, -ENOMEM);
	return copy ? strcpy(copy, text) : NULL;
}

static char *next_required(struct row *row)
{
	char *text = next_text(row);

	if (!text)
		fail_row(row, -EINVAL);
	return text;
}

int item_text(sqlite3_stmt *statement, int at, struct item_reader *reader, char **ret)
{
	struct row row = { statement, at, reader, 0 };

	*ret = next_required(&row);
	return row.err;
}

static size_t next_word(struct row *row, const char *const *words, size_t count)
{
	size_t index = item_index(next_borrowed(row), words, count);

	if (index < count)
		return index;
	fail_row(row, -EINVAL);
	return 0;
}

/* Room for one more; *count counts it only when it was read. */
static void *next_item(struct row *row, void **items, size_t *count, size_t *capacity, size_t bytes)
{
	if (array_reserve(items, capacity, *count + 1, bytes)) {
		fail_row(row, -ENOMEM);
		return NULL;
	}
	return memset((char *)*items + *count * bytes, 0, bytes);
}

static void read_vma(struct row *row, struct vma_list *list)
{
	struct vma *vma =
		next_item(row, (void **)&list->vmas, &list->count, &list->capacity, sizeof(*vma));
	const char *permissions;

	if (!vma)
		return;
	vma->start = next_number(row);
	vma->end = next_number(row);
	vma->kind = (enum vma_kind)next_word(row, item_kinds, VMA_KINDS);
	permissions = next_borrowed(row);
	if (!permissions || strlen(permissions) != 4) {
		fail_row(row, -EINVAL);
		return;
	}
	vma->readable = permissions[0] == 'r';
	vma->writable = permissions[1] == 'w';
	vma->executable = permissions[2] == 'x';
	vma->shared = permissions[3] == 's';
	vma->path = next_required(row);
	vma->offset = next_number(row);
	vma->inode = next_number(row);
	vma->dev_major = (uint32_t)next_up_to(row, UINT32_MAX);
	vma->dev_minor = (uint32_t)next_up_to(row, UINT32_MAX);
	list->count += !row->err;
}

static void read_run(struct row *row, struct page_runs *list)
{
	struct page_run *run =
		next_item(row, (void **)&list->runs, &list->count, &list->capacity, sizeof(*run));

	if (!run)
		return;
	run->start = next_number(row);
	run->end = next_number(row);
	run->state = (enum page_state)next_word(row, page_state_names, PAGE_STATES);
	run->maybe_huge = next_up_to(row, 1);
	list->count += !row->err;
}

static void read_frames(struct row *row, struct frame_list *list)
{
	struct frame_run *run =
		next_item(row, (void **)&list->runs, &list->count, &list->capacity, sizeof(*run));

	if (!run)
		return;
	run->start = next_number(row);
	run->end = next_number(row);
	run->first = next_number(row);
	run->exclusive = next_up_to(row, 1);
	list->count += !row->err;
}

static void read_interval(struct row *row, struct intervals *list)
{
	struct interval *interval = next_item(row, (void **)&list->items, &list->count,
					      &list->capacity, sizeof(*interval));

	if (!interval)
		return;
	interval->start = next_number(row);
	interval->end = next_number(row);
	list->count += !row->err;
}

static void read_chunk(struct row *row, struct touch_map *map)
{
	struct touch_chunk chunk = { .start = next_number(row) };
	const void *bits;
	uint64_t pages;
	int at;

	pages = next_number(row);
	chunk.first_ns = next_time(row);
	chunk.last_ns = next_number(row) + chunk.first_ns;
	chunk.first_tid = (uint32_t)next_up_to(row, UINT32_MAX);
	chunk.first_cpu = (uint32_t)next_up_to(row, UINT32_MAX);
	at = row->at++;
	bits = sqlite3_column_blob(row->row, at);
	if (!bits || touch_bits__decode(bits, (size_t)sqlite3_column_bytes(row->row, at), &chunk) ||
	    pages != touch_bits__count(&chunk))
		fail_row(row, -EINVAL);
	if (!row->err && touch_map_add(map, &chunk))
		fail_row(row, -ENOMEM);
}

/* Numbers between commas; their count must be *count unless that is DIMS_MAX + 1. */
static void read_dims(struct row *row, int64_t *dims, uint32_t *count)
{
	const char *text = next_borrowed(row);
	uint32_t found = 0;
	char *end;

	if (!text) {
		fail_row(row, -EINVAL);
		return;
	}
	while (*text && found < DIMS_MAX) {
		dims[found++] = strtoll(text, &end, 10);
		if (end == text || (*end && *end != ',') || (*end && !end[1])) {
			fail_row(row, -EINVAL);
			return;
		}
		text = end + (*end == ',');
	}
	if (*text || (*count <= DIMS_MAX && found != *count))
		fail_row(row, -EINVAL);
	*count = found;
}

static void read_shape(struct row *row, struct array_desc *array)
{
	int64_t dims[2 * DIMS_MAX];
	struct array_shape *shape;
	const char *dtype = next_borrowed(row);
	uint32_t count = DIMS_MAX + 1;

	if (!dtype) {
		row->at += 6;
		return;
	}
	shape = array->shape = item_memory__new(&row->reader->memory, sizeof(*shape));
	if (!shape) {
		fail_row(row, -ENOMEM);
		return;
	}
	if (strlen(dtype) >= sizeof(shape->dtype)) {
		fail_row(row, -EINVAL);
		return;
	}
	strcpy(shape->dtype, dtype);
	read_dims(row, dims, &count);
	if (!row->err)
		read_dims(row, dims + count, &count);
	shape->data = next_number(row);
	shape->nbytes = next_number(row);
	shape->owndata = next_up_to(row, 1);
	shape->writeable = next_up_to(row, 1);
	if (row->err)
		return;
	shape->ndim = count;
	shape->dims =
		item_memory__new(&row->reader->memory, 2 * (size_t)count * sizeof(*shape->dims));
	if (shape->dims)
		memcpy(shape->dims, dims, 2 * (size_t)count * sizeof(*shape->dims));
	else
		fail_row(row, -ENOMEM);
}

static void read_aliases(struct row *row, int64_t id, struct array_desc *array, uint64_t count)
{
	sqlite3_stmt *aliases = row->reader->aliases;
	int found = 0;

	charge_row(row, count);
	if (row->err || !count)
		return;
	array->aliases =
		item_memory__new(&row->reader->memory, (size_t)count * sizeof(*array->aliases));
	if (!array->aliases) {
		fail_row(row, -ENOMEM);
		return;
	}
	sqlite3_bind_int64(aliases, 1, id);
	while (!row->err && array->alias_count < count && (found = db_row(aliases)) > 0)
		fail_row(row,
			 item_text(aliases, 0, row->reader, &array->aliases[array->alias_count++]));
	if (array->alias_count < count)
		fail_row(row, found < 0 ? found : -EINVAL);
	sqlite3_reset(aliases);
}

static void read_array(struct row *row, int64_t id, struct array_list *list)
{
	struct array_desc *array = next_item(row, (void **)&list->arrays, &list->count,
					     &list->capacity, sizeof(*array));
	uint64_t aliases;

	if (!array)
		return;
	array->start = next_number(row);
	array->end = next_number(row);
	array->id = (uint32_t)next_up_to(row, UINT32_MAX);
	array->name = next_required(row);
	array->source = (enum array_source)next_word(row, item_sources, ARRAY_SOURCES);
	read_shape(row, array);
	array->object = next_number(row);
	array->base_object = next_number(row);
	array->owner = (uint32_t)next_up_to(row, UINT32_MAX);
	array->asked_for = next_up_to(row, 1);
	array->origin.call = next_text(row);
	array->origin.time_ns = next_time(row);
	array->origin.tid = (uint32_t)next_up_to(row, UINT32_MAX);
	array->origin.freed = next_up_to(row, 1);
	aliases = next_number(row);
	array->alias_total = (size_t)next_number(row);
	read_aliases(row, id, array, aliases);
	list->count += !row->err;
}

/* NULL: not told. */
static uint64_t next_if_told(struct row *row, bool *told)
{
	*told = sqlite3_column_type(row->row, row->at) != SQLITE_NULL;
	return next_number(row);
}

static void read_cached(struct row *row, struct cached_list *list)
{
	struct cached_run *run =
		next_item(row, (void **)&list->runs, &list->count, &list->capacity, sizeof(*run));

	if (!run)
		return;
	run->start = next_number(row);
	run->end = next_number(row);
	run->answer = (enum cached_answer)next_word(row, item_answers, CACHED_ANSWERS);
	run->cached = next_number(row);
	run->dirty = next_if_told(row, &run->tells_dirty);
	run->swapped = next_if_told(row, &run->tells_swapped);
	list->count += !row->err;
}

int item_read(sqlite3_stmt *statement, enum moment_list list, struct item_reader *reader,
	      struct process_lists *ret)
{
	struct row row = { statement, 2, reader, 0 };

	charge_row(&row, ROW_BYTES);
	switch (list) {
	case MOMENT_VMAS:
		read_vma(&row, &ret->vmas);
		break;
	case MOMENT_RUNS:
		read_run(&row, &ret->runs);
		break;
	case MOMENT_FRAMES:
		read_frames(&row, &ret->frames);
		break;
	case MOMENT_ARRAYS:
		read_array(&row, sqlite3_column_int64(statement, 0), &ret->arrays);
		break;
	case MOMENT_TOUCHED:
		read_chunk(&row, &ret->touch.touched);
		break;
	case MOMENT_BEFORE:
		read_interval(&row, &ret->touch.before);
		break;
	case MOMENT_HUGE_SEEN:
		read_interval(&row, &ret->touch.huge_seen);
		break;
	case MOMENT_HUGE_MAYBE:
		read_interval(&row, &ret->touch.huge_maybe);
		break;
	case MOMENT_CACHED:
		read_cached(&row, &ret->cached);
		break;
	default:
		fail_row(&row, -EINVAL);
	}
	return row.err;
}
