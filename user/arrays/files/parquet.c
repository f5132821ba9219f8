/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Parquet: "PAR1", column chunks, FileMetaData (parquet.thrift), its length, "PAR1". A chunk, the
 * encoded and mostly compressed pages of a column in a row group, is the array COLUMN[GROUP].
 */
#include <errno.h>
#include <stdio.h>

#include "arrays/files/file_parsers.h"
#include "arrays/files/thrift.h"

#define TAIL_BYTES 8u
#define MAGIC "PAR1"

/* Ids of fields in parquet.thrift. */
enum {
	FILE_ROW_GROUPS = 4,
	GROUP_COLUMNS = 1,
	CHUNK_FILE = 1,
	CHUNK_META = 3,
	META_TYPE = 1,
	META_PATH = 3,
	META_VALUES = 5,
	META_BYTES = 7,
	META_DATA_PAGE = 9,
	META_DICTIONARY_PAGE = 11,
};

struct chunk {
	char name[FILE_NAME_BYTES + 2];
	size_t name_bytes;
	int64_t type, values, bytes, data_page, dictionary_page;
	bool elsewhere; /* in another file */
};

struct parquet {
	struct file_reader *reader;
	struct file_layout *layout;
	uint32_t group;
};

/* a.b.c; a name that is too long is longer than may be. */
static void take_path(struct file_reader *reader, struct chunk *chunk)
{
	enum thrift_type type;
	uint32_t count = thrift_list(reader, &type), i;
	const size_t size = sizeof(chunk->name);

	if (type != THRIFT_BINARY)
		file_reader__refuse(reader);
	for (i = 0; i < count && !reader->error; i++) {
		char part[FILE_NAME_BYTES + 2];
		uint64_t length = thrift_binary(reader, part, sizeof(part));
		int added = snprintf(chunk->name + chunk->name_bytes, size - chunk->name_bytes,
				     "%s%s", i ? "." : "", part);

		chunk->name_bytes += (size_t)added;
		if (length >= sizeof(part) || chunk->name_bytes >= size)
			chunk->name_bytes = size - 1;
	}
}

static void take_meta(struct file_reader *reader, struct chunk *chunk)
{
	enum thrift_type type;
	int id = 0;

	while ((type = thrift_field(reader, &id)) != THRIFT_STOP) {
		bool number = type == THRIFT_I32 || type == THRIFT_I64;

		if (id == META_PATH && type == THRIFT_LIST)
			take_path(reader, chunk);
		else if (id == META_TYPE && number)
			chunk->type = thrift_number(reader);
		else if (id == META_VALUES && number)
			chunk->values = thrift_number(reader);
		else if (id == META_BYTES && number)
			chunk->bytes = thrift_number(reader);
		else if (id == META_DATA_PAGE && number)
			chunk->data_page = thrift_number(reader);
		else if (id == META_DICTIONARY_PAGE && number)
			chunk->dictionary_page = thrift_number(reader);
		else
			thrift_skip(reader, type);
	}
}

static int add_chunk(struct parquet *parquet, struct chunk *chunk)
{
	static const char *const types[] = { "BOOLEAN",	   "INT32",
					     "INT64",	   "INT96",
					     "FLOAT",	   "DOUBLE",
					     "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY" };
	int64_t start = chunk->data_page;
	uint64_t values = (uint64_t)chunk->values;
	struct file_array_found found = { .name = chunk->name, .dims = &values, .ndim = 1 };
	char group[16];
	int length = snprintf(group, sizeof(group), "[%u]", parquet->group);

	/* The dictionary comes before the data. */
	if (chunk->dictionary_page > 0 && chunk->dictionary_page < start)
		start = chunk->dictionary_page;
	if (chunk->elsewhere || start <= 0 || chunk->bytes < 0 || chunk->values < 0) {
		parquet->layout->outside++;
		return 0;
	}
	if (chunk->name_bytes + (size_t)length < sizeof(chunk->name))
		memcpy(chunk->name + chunk->name_bytes, group, (size_t)length + 1);
	found.name_bytes = chunk->name_bytes + (size_t)length;
	found.shaped = true;
	if (chunk->type >= 0 && chunk->type < (int64_t)(sizeof(types) / sizeof(*types)))
		found.dtype = types[chunk->type];
	found.offset = (uint64_t)start;
	found.bytes = (uint64_t)chunk->bytes;
	return file_layout_add(parquet->layout, &found);
}

static int take_chunk(struct parquet *parquet)
{
	struct file_reader *reader = parquet->reader;
	struct chunk chunk = { .type = -1 };
	enum thrift_type type;
	int id = 0;

	while ((type = thrift_field(reader, &id)) != THRIFT_STOP) {
		chunk.elsewhere |= id == CHUNK_FILE;
		if (id == CHUNK_META && type == THRIFT_STRUCT)
			take_meta(reader, &chunk);
		else
			thrift_skip(reader, type);
	}
	return reader->error ? 0 : add_chunk(parquet, &chunk);
}

static int take_group(struct parquet *parquet)
{
	struct file_reader *reader = parquet->reader;
	enum thrift_type type, element;
	uint32_t count;
	int id = 0, err = 0;

	while (!err && (type = thrift_field(reader, &id)) != THRIFT_STOP) {
		if (id != GROUP_COLUMNS || type != THRIFT_LIST) {
			thrift_skip(reader, type);
			continue;
		}
		count = thrift_list(reader, &element);
		if (element != THRIFT_STRUCT)
			file_reader__refuse(reader);
		for (; count && !err && !reader->error; count--)
			err = take_chunk(parquet);
	}
	parquet->group++;
	return err;
}

static int take_groups(struct parquet *parquet)
{
	enum thrift_type element;
	uint32_t count = thrift_list(parquet->reader, &element);
	int err = 0;

	if (element != THRIFT_STRUCT)
		file_reader__refuse(parquet->reader);
	for (; count && !err && !parquet->reader->error; count--)
		err = take_group(parquet);
	return err;
}

/* Moves the reader to the metadata. */
static void seek_metadata(struct file_reader *reader)
{
	uint64_t end = reader->bytes - TAIL_BYTES;
	uint32_t length;
	char magic[4];

	file_reader__seek(reader, end);
	length = file_reader__u32(reader);
	file_reader__take(reader, magic, sizeof(magic));
	if (memcmp(magic, MAGIC, sizeof(magic)) || length > end)
		file_reader__refuse(reader);
	else
		file_reader__seek(reader, end - length);
}

int parquet_parse(struct file_reader *reader, struct file_layout *layout)
{
	struct parquet parquet = { reader, layout, 0 };
	enum thrift_type type;
	int id = 0, err = 0;

	seek_metadata(reader);
	while (!err && (type = thrift_field(reader, &id)) != THRIFT_STOP) {
		if (id == FILE_ROW_GROUPS && type == THRIFT_LIST)
			err = take_groups(&parquet);
		else
			thrift_skip(reader, type);
	}
	return err;
}
