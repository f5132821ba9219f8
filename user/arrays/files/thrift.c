/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/thrift.h"

#define DEPTH_MAX 16u
#define LONG_LIST 15u

/* Seven bits in each byte, the lowest first. */
static uint64_t take_varint(struct file_reader *reader)
{
	uint64_t value = 0;
	unsigned int shift;

	for (shift = 0; shift < 64; shift += 7) {
		uint8_t byte = file_reader__u8(reader);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	file_reader__refuse(reader);
	return 0;
}

int64_t thrift_number(struct file_reader *reader)
{
	uint64_t value = take_varint(reader);

	/* Zigzag: 0, -1, 1, -2, ... */
	return (int64_t)(value >> 1 ^ -(value & 1));
}

enum thrift_type thrift_field(struct file_reader *reader, int *id)
{
	uint8_t head = file_reader__u8(reader);

	if (reader->error || !(head & 0xf))
		return THRIFT_STOP;
	if ((head & 0xf) > THRIFT_UUID)
		file_reader__refuse(reader);
	if (head >> 4)
		*id += head >> 4;
	else
		*id = (int16_t)thrift_number(reader);
	return reader->error ? THRIFT_STOP : (enum thrift_type)(head & 0xf);
}

uint32_t thrift_list(struct file_reader *reader, enum thrift_type *type)
{
	uint8_t head = file_reader__u8(reader);
	uint64_t count = head >> 4;

	*type = (enum thrift_type)(head & 0xf);
	if (count == LONG_LIST)
		count = take_varint(reader);
	/* Each element has a byte at least. */
	if (count > reader->bytes - reader->at || *type > THRIFT_UUID || *type == THRIFT_STOP)
		file_reader__refuse(reader);
	return reader->error ? 0 : (uint32_t)count;
}

uint64_t thrift_binary(struct file_reader *reader, char *text, size_t size)
{
	uint64_t length = take_varint(reader);
	size_t stored = length < size ? (size_t)length : size - 1;

	file_reader__take(reader, text, stored);
	text[stored] = '\0';
	file_reader__skip(reader, length - stored);
	return length;
}

static void skip_value(struct file_reader *reader, enum thrift_type type, bool in_list,
		       unsigned int depth);

static void skip_list(struct file_reader *reader, unsigned int depth)
{
	enum thrift_type type;
	uint32_t count = thrift_list(reader, &type);

	for (; count && !reader->error; count--)
		skip_value(reader, type, true, depth);
}

static void skip_map(struct file_reader *reader, unsigned int depth)
{
	uint64_t count = take_varint(reader);
	uint8_t types = count ? file_reader__u8(reader) : 0;

	for (; count && !reader->error; count--) {
		skip_value(reader, (enum thrift_type)(types >> 4), true, depth);
		skip_value(reader, (enum thrift_type)(types & 0xf), true, depth);
	}
}

static void skip_struct(struct file_reader *reader, unsigned int depth)
{
	enum thrift_type type;
	int id = 0;

	while ((type = thrift_field(reader, &id)) != THRIFT_STOP)
		skip_value(reader, type, false, depth);
}

static void skip_value(struct file_reader *reader, enum thrift_type type, bool in_list,
		       unsigned int depth)
{
	if (depth == DEPTH_MAX) {
		file_reader__refuse(reader);
		return;
	}
	switch (type) {
	case THRIFT_TRUE:
	case THRIFT_FALSE:
		/* Of a field its type is the value. */
		file_reader__skip(reader, in_list);
		break;
	case THRIFT_BYTE:
		file_reader__skip(reader, 1);
		break;
	case THRIFT_I16:
	case THRIFT_I32:
	case THRIFT_I64:
		take_varint(reader);
		break;
	case THRIFT_DOUBLE:
		file_reader__skip(reader, 8);
		break;
	case THRIFT_BINARY:
		file_reader__skip(reader, take_varint(reader));
		break;
	case THRIFT_LIST:
	case THRIFT_SET:
		skip_list(reader, depth + 1);
		break;
	case THRIFT_MAP:
		skip_map(reader, depth + 1);
		break;
	case THRIFT_STRUCT:
		skip_struct(reader, depth + 1);
		break;
	case THRIFT_UUID:
		file_reader__skip(reader, 16);
		break;
	default:
		file_reader__refuse(reader);
	}
}

void thrift_skip(struct file_reader *reader, enum thrift_type type)
{
	skip_value(reader, type, false, 0);
}
