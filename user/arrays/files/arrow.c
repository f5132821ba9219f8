/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Arrow's IPC formats: a stream of messages (a schema, then record batches), and the file, which is
 * "ARROW1", the stream and a footer that is not needed. A column of a batch is a run of buffers;
 * it is the array COLUMN[BATCH].
 */
#include <errno.h>
#include <stdio.h>

#include "arrays/files/arrow_schema.h"
#include "arrays/files/file_parsers.h"
#include "arrays/files/flatbuffer.h"

#define CONTINUES 0xffffffffu
#define MAGIC_BYTES 8u

/* Message.fbs, union MessageHeader. */
enum message_kind { MESSAGE_SCHEMA = 1, MESSAGE_DICTIONARY, MESSAGE_BATCH };

struct arrow {
	struct file_reader *reader;
	struct file_layout *layout;
	struct arrow_schema schema;
	uint64_t batches;
};

struct message {
	uint64_t start, end; /* of its table in the file */
	uint64_t body;
	uint64_t body_bytes;
};

/* Where the buffers of a column are, which lie one behind the other; the reader goes on. */
static void take_buffers(struct file_reader *reader, uint64_t count, uint64_t *from, uint64_t *to)
{
	*from = UINT64_MAX;
	*to = 0;
	for (; count && !reader->error; count--) {
		uint64_t offset = file_reader__u64(reader), bytes = file_reader__u64(reader);

		if (!bytes)
			continue;
		if (bytes > UINT64_MAX - offset)
			file_reader__refuse(reader);
		if (offset < *from)
			*from = offset;
		if (offset + bytes > *to)
			*to = offset + bytes;
	}
}

static int add_column(struct arrow *arrow, const struct arrow_column *column,
		      const struct message *message, uint64_t rows, uint64_t from, uint64_t to)
{
	char name[FILE_NAME_BYTES + 32];
	struct file_array_found found = {
		.name = name,
		.dtype = column->dtype,
		.dims = &rows,
		.ndim = 1,
		.shaped = true,
		.offset = message->body,
	};

	found.name_bytes = (size_t)snprintf(name, sizeof(name), "%s[%llu]", column->name,
					    (unsigned long long)arrow->batches);
	if (to > from) {
		/* Beyond its body it would be another batch's. */
		if (to > message->body_bytes) {
			arrow->layout->outside++;
			return 0;
		}
		found.offset = message->body + from;
		found.bytes = to - from;
	}
	return file_layout_add(arrow->layout, &found);
}

/*
 * How many buffers each column has in this batch: those of its schema, and as many more as the
 * batch says for each field of views. Returns their sum.
 */
static uint64_t count_buffers(struct arrow *arrow, uint64_t table, uint64_t *counts)
{
	struct file_reader *reader = arrow->reader;
	uint32_t variadic = flatbuffer_vector(reader, flatbuffer_child(reader, table, 4));
	uint64_t sum = 0, view;
	size_t i;

	for (i = 0; i < arrow->schema.count; i++) {
		counts[i] = arrow->schema.columns[i].buffers;
		for (view = 0; view < arrow->schema.columns[i].views && variadic; view++) {
			counts[i] += file_reader__u64(reader) & UINT32_MAX;
			variadic--;
		}
		sum += counts[i];
	}
	return sum;
}

static int take_batch(struct arrow *arrow, uint64_t table, const struct message *message)
{
	struct file_reader *reader = arrow->reader;
	uint64_t *counts = calloc(arrow->schema.count + 1, sizeof(*counts));
	uint64_t rows = flatbuffer_number(reader, table, 0, 8), sum, from, to;
	size_t i, columns = arrow->schema.count;
	int err = 0;

	if (!counts)
		return -ENOMEM;
	sum = count_buffers(arrow, table, counts);
	/* Buffers that belong to no column: then it is not known which do. */
	if (flatbuffer_vector(reader, flatbuffer_child(reader, table, 2)) != sum) {
		arrow->layout->unmeasured += columns;
		columns = 0;
	}
	for (i = 0; i < columns && !err && !reader->error; i++) {
		take_buffers(reader, counts[i], &from, &to);
		if (!reader->error)
			err = add_column(arrow, &arrow->schema.columns[i], message, rows, from, to);
	}
	free(counts);
	return err;
}

/* The table of the next message; false: there is none. */
static bool next_message(struct file_reader *reader, struct message *ret)
{
	uint32_t length;

	if (reader->error || reader->bytes - reader->at < 8)
		return false;
	length = file_reader__u32(reader);
	/* Before version 0.15 it had no mark before its length. */
	if (length == CONTINUES)
		length = file_reader__u32(reader);
	if (!length)
		return false;
	ret->start = reader->at;
	file_reader__skip(reader, length);
	ret->end = ret->body = reader->at;
	return !reader->error;
}

static int take_message(struct arrow *arrow, struct message *message)
{
	struct file_reader *reader = arrow->reader;
	uint64_t whole = reader->bytes, table, header;
	int err = 0;

	reader->bytes = message->end;
	table = flatbuffer_follow(reader, message->start);
	header = flatbuffer_child(reader, table, 2);
	message->body_bytes = flatbuffer_number(reader, table, 3, 8);
	switch (flatbuffer_number(reader, table, 1, 1)) {
	case MESSAGE_SCHEMA:
		err = arrow_schema_read(reader, header, &arrow->schema);
		break;
	case MESSAGE_BATCH:
		err = take_batch(arrow, header, message);
		arrow->batches++;
		break;
	default:
		break;
	}
	reader->bytes = whole;
	/* The last batch of a file that is cut off. */
	if (!reader->error && message->body_bytes > whole - message->body)
		message->body_bytes = whole - message->body;
	file_reader__seek(reader, message->body + message->body_bytes);
	return err;
}

int arrow_parse(struct file_reader *reader, struct file_layout *layout)
{
	struct arrow arrow = { .reader = reader, .layout = layout };
	struct message message;
	int err = 0;

	if (file_reader__peek(reader) == 'A')
		file_reader__skip(reader, MAGIC_BYTES);
	while (!err && next_message(reader, &message))
		err = take_message(&arrow, &message);
	arrow_schema_free(&arrow.schema);
	return err;
}
