/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/flatbuffer.h"

uint64_t flatbuffer_follow(struct file_reader *reader, uint64_t place)
{
	file_reader__seek(reader, place);
	/* The position is then behind the offset, which counts from its start. */
	file_reader__seek(reader, place + file_reader__u32(reader));
	return reader->error ? 0 : reader->at;
}

uint64_t flatbuffer_field(struct file_reader *reader, uint64_t table, unsigned int number)
{
	uint64_t entry = 4 + 2 * (uint64_t)number, offset;
	int32_t back;

	if (!table)
		return 0;
	file_reader__seek(reader, table);
	back = (int32_t)file_reader__u32(reader);
	/* The vtable is before the table, or behind it: the sum may go around. */
	file_reader__seek(reader, table - (uint64_t)(int64_t)back);
	if (file_reader__u16(reader) < entry + 2 || reader->error)
		return 0;
	file_reader__skip(reader, entry - 2);
	offset = file_reader__u16(reader);
	return offset ? table + offset : 0;
}

uint64_t flatbuffer_child(struct file_reader *reader, uint64_t table, unsigned int number)
{
	uint64_t field = flatbuffer_field(reader, table, number);

	return field ? flatbuffer_follow(reader, field) : 0;
}

uint64_t flatbuffer_number(struct file_reader *reader, uint64_t table, unsigned int number,
			   size_t bytes)
{
	uint64_t field = flatbuffer_field(reader, table, number);

	if (!field)
		return 0;
	file_reader__seek(reader, field);
	switch (bytes) {
	case 1:
		return file_reader__u8(reader);
	case 2:
		return file_reader__u16(reader);
	case 4:
		return file_reader__u32(reader);
	default:
		return file_reader__u64(reader);
	}
}

uint32_t flatbuffer_vector(struct file_reader *reader, uint64_t vector)
{
	if (!vector)
		return 0;
	file_reader__seek(reader, vector);
	return file_reader__u32(reader);
}
