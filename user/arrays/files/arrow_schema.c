/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/arrow_schema.h"

#include <errno.h>
#include <stdio.h>

#include "arrays/files/flatbuffer.h"
#include "base/array.h"

#define DEPTH_MAX 16u
/* In all: tables may be shared, so that their number says nothing of the bytes. */
#define FIELDS_MAX 100000u

/* Schema.fbs, union Type. */
enum arrow_type {
	ARROW_NONE,
	ARROW_INT = 2,
	ARROW_FLOAT = 3,
	ARROW_UNION = 14,
	ARROW_BINARY_VIEW = 23,
	ARROW_UTF8_VIEW = 24,
	ARROW_TYPES = 27,
};

/* Numbers of fields in the tables of Schema.fbs. */
enum field_number { FIELD_NAME, FIELD_TYPE_KIND = 2, FIELD_TYPE, FIELD_DICTIONARY, FIELD_CHILDREN };

struct type_row {
	char name[18];
	uint8_t buffers; /* of the field itself, since version 5 of the format */
};

static const struct type_row types[ARROW_TYPES] = {
	{ "", 0 },
	{ "null", 0 },
	{ "int", 2 },
	{ "float", 2 },
	{ "binary", 3 },
	{ "utf8", 3 },
	{ "bool", 2 },
	{ "decimal", 2 },
	{ "date", 2 },
	{ "time", 2 },
	{ "timestamp", 2 },
	{ "interval", 2 },
	{ "list", 2 },
	{ "struct", 1 },
	{ "union", 1 },
	{ "fixed_size_binary", 2 },
	{ "fixed_size_list", 1 },
	{ "map", 2 },
	{ "duration", 2 },
	{ "large_binary", 3 },
	{ "large_utf8", 3 },
	{ "large_list", 2 },
	{ "run_end_encoded", 0 },
	{ "binary_view", 2 },
	{ "utf8_view", 2 },
	{ "list_view", 3 },
	{ "large_list_view", 3 },
};

struct schema_walk {
	struct file_reader *reader;
	unsigned int fields; /* seen so far */
};

static void count_buffers(struct schema_walk *walk, uint64_t field, unsigned int depth,
			  struct arrow_column *ret);

static void count_children(struct schema_walk *walk, uint64_t field, unsigned int depth,
			   struct arrow_column *ret)
{
	uint64_t vector = flatbuffer_child(walk->reader, field, FIELD_CHILDREN);
	uint32_t count = flatbuffer_vector(walk->reader, vector), i;

	for (i = 0; i < count && !walk->reader->error; i++)
		count_buffers(walk, flatbuffer_follow(walk->reader, vector + 4 + 4ull * i),
			      depth + 1, ret);
}

/* Of a field and all fields in it. */
static void count_buffers(struct schema_walk *walk, uint64_t field, unsigned int depth,
			  struct arrow_column *ret)
{
	struct file_reader *reader = walk->reader;
	uint64_t type = flatbuffer_number(reader, field, FIELD_TYPE_KIND, 1);

	if (++walk->fields > FIELDS_MAX || depth > DEPTH_MAX || type >= ARROW_TYPES)
		file_reader__refuse(reader);
	if (reader->error)
		return;
	/* Only the indices are in the batch. */
	if (flatbuffer_field(reader, field, FIELD_DICTIONARY)) {
		ret->buffers += 2;
		return;
	}
	ret->buffers += types[type].buffers;
	ret->views += type == ARROW_BINARY_VIEW || type == ARROW_UTF8_VIEW;
	if (type == ARROW_UNION &&
	    flatbuffer_number(reader, flatbuffer_child(reader, field, FIELD_TYPE), 0, 2))
		ret->buffers++; /* a dense one has offsets */
	count_children(walk, field, depth, ret);
}

/* int32, uint8, double, list, dictionary */
static void put_dtype(struct file_reader *reader, uint64_t field, char *dtype, size_t size)
{
	static const char *const floats[] = { "half", "float", "double" };
	uint64_t kind = flatbuffer_number(reader, field, FIELD_TYPE_KIND, 1);
	uint64_t type = flatbuffer_child(reader, field, FIELD_TYPE);
	uint64_t bits = flatbuffer_number(reader, type, 0, kind == ARROW_INT ? 4 : 2);

	if (flatbuffer_field(reader, field, FIELD_DICTIONARY))
		snprintf(dtype, size, "dictionary");
	else if (kind == ARROW_INT)
		snprintf(dtype, size, "%sint%u", flatbuffer_number(reader, type, 1, 1) ? "" : "u",
			 (unsigned int)bits);
	else if (kind == ARROW_FLOAT && bits < 3)
		snprintf(dtype, size, "%s", floats[bits]);
	else if (kind < ARROW_TYPES)
		snprintf(dtype, size, "%s", types[kind].name);
}

/* One that is too long is empty, and its arrays are dropped. */
static int take_name(struct file_reader *reader, uint64_t field, char **ret)
{
	uint32_t length = flatbuffer_vector(reader, flatbuffer_child(reader, field, FIELD_NAME));

	*ret = calloc(1, FILE_NAME_BYTES + 2);
	if (!*ret)
		return -ENOMEM;
	if (length > FILE_NAME_BYTES)
		memset(*ret, '?', FILE_NAME_BYTES + 1);
	else
		file_reader__take(reader, *ret, length);
	return 0;
}

static int add_column(struct schema_walk *walk, uint64_t field, struct arrow_schema *ret)
{
	struct arrow_column *column;
	char *name;
	int err;

	if (array_reserve((void **)&ret->columns, &ret->capacity, ret->count + 1,
			  sizeof(*ret->columns)))
		return -ENOMEM;
	err = take_name(walk->reader, field, &name);
	if (err)
		return err;
	column = &ret->columns[ret->count++];
	*column = (struct arrow_column){ .name = strdup(name) };
	free(name);
	put_dtype(walk->reader, field, column->dtype, sizeof(column->dtype));
	count_buffers(walk, field, 0, column);
	return column->name ? 0 : -ENOMEM;
}

int arrow_schema_read(struct file_reader *reader, uint64_t table, struct arrow_schema *ret)
{
	struct schema_walk walk = { reader, 0 };
	uint64_t vector = flatbuffer_child(reader, table, 1);
	uint32_t count = flatbuffer_vector(reader, vector), i;
	int err = 0;

	arrow_schema_free(ret);
	if (count > ARROW_COLUMNS_MAX)
		file_reader__refuse(reader);
	for (i = 0; i < count && !err && !reader->error; i++)
		err = add_column(&walk, flatbuffer_follow(reader, vector + 4 + 4ull * i), ret);
	return err;
}

void arrow_schema_free(struct arrow_schema *schema)
{
	size_t i;

	for (i = 0; i < schema->count; i++)
		free(schema->columns[i].name);
	free(schema->columns);
	memset(schema, 0, sizeof(*schema));
}
