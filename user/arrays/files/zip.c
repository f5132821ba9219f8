/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* APPNOTE.TXT of PKWARE: the end record, its 64-bit form, the central directory. */
#include "arrays/files/zip.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/files/file_arrays.h"
#include "base/array.h"

#define SIGN_LOCAL 0x04034b50u
#define SIGN_CENTRAL 0x02014b50u
#define SIGN_END 0x06054b50u
#define SIGN_END64 0x06064b50u
#define SIGN_LOCATOR64 0x07064b50u
#define END_BYTES 22u
#define LOCATOR_BYTES 20u
#define COMMENT_MAX 65535u
#define WHOLE_U32 0xffffffffu
#define EXTRA_64 1u

/* Where the end record is: behind it comes a comment of up to 64 KiB. */
static uint64_t find_end(struct file_reader *reader)
{
	uint64_t bytes = reader->bytes, from, at;
	size_t count;
	uint8_t *tail;

	if (bytes < END_BYTES) {
		file_reader__refuse(reader);
		return 0;
	}
	from = bytes - END_BYTES < COMMENT_MAX ? 0 : bytes - END_BYTES - COMMENT_MAX;
	/* Nearly all have no comment: then one page is read. */
	file_reader__seek(reader, bytes - END_BYTES);
	if (file_reader__u32(reader) == SIGN_END || reader->error)
		return bytes - END_BYTES;
	count = (size_t)(bytes - from);
	tail = malloc(count);
	file_reader__seek(reader, from);
	if (!tail || !file_reader__take(reader, tail, count)) {
		file_reader__refuse(reader);
		free(tail);
		return 0;
	}
	for (at = count - END_BYTES; at && memcmp(tail + at, "PK\5\6", 4); at--)
		;
	free(tail);
	return from + at;
}

struct directory {
	uint64_t entries, offset;
};

static void read_end64(struct file_reader *reader, uint64_t end, struct directory *ret)
{
	if (end < LOCATOR_BYTES)
		return;
	file_reader__seek(reader, end - LOCATOR_BYTES);
	if (file_reader__u32(reader) != SIGN_LOCATOR64)
		return;
	file_reader__skip(reader, 4);
	file_reader__seek(reader, file_reader__u64(reader));
	if (file_reader__u32(reader) != SIGN_END64)
		file_reader__refuse(reader);
	file_reader__skip(reader, 28);
	ret->entries = file_reader__u64(reader);
	file_reader__skip(reader, 8);
	ret->offset = file_reader__u64(reader);
}

static void read_end(struct file_reader *reader, struct directory *ret)
{
	uint64_t end = find_end(reader);

	file_reader__seek(reader, end);
	if (file_reader__u32(reader) != SIGN_END)
		file_reader__refuse(reader);
	file_reader__skip(reader, 6);
	ret->entries = file_reader__u16(reader);
	file_reader__skip(reader, 4);
	ret->offset = file_reader__u32(reader);
	if (ret->entries == UINT16_MAX || ret->offset == WHOLE_U32)
		read_end64(reader, end, ret);
}

/* Numbers that do not fit in 32 bits are in an extra field, in this order. */
static void read_extra(struct file_reader *reader, uint64_t end, uint64_t *plain_bytes,
		       struct zip_entry *entry)
{
	while (!reader->error && end - reader->at >= 4) {
		uint16_t id = file_reader__u16(reader), count = file_reader__u16(reader);
		uint64_t next = reader->at + count;

		if (next > end)
			file_reader__refuse(reader);
		if (id == EXTRA_64) {
			if (*plain_bytes == WHOLE_U32)
				*plain_bytes = file_reader__u64(reader);
			if (entry->bytes == WHOLE_U32)
				entry->bytes = file_reader__u64(reader);
			if (entry->local == WHOLE_U32)
				entry->local = file_reader__u64(reader);
			return;
		}
		file_reader__seek(reader, next);
	}
}

static int take_name(struct file_reader *reader, size_t count, struct zip_entry *entry)
{
	entry->name = calloc(1, count + 1);
	if (!entry->name)
		return -ENOMEM;
	file_reader__take(reader, entry->name, count);
	return 0;
}

/* An entry of the central directory; the reader is then behind it. */
static int take_entry(struct file_reader *reader, struct zip_entries *entries)
{
	struct zip_entry entry = { 0 };
	uint16_t flags, method, name, extra, comment;
	uint64_t plain_bytes, next;
	int err;

	if (file_reader__u32(reader) != SIGN_CENTRAL)
		file_reader__refuse(reader);
	file_reader__skip(reader, 4);
	flags = file_reader__u16(reader);
	method = file_reader__u16(reader);
	file_reader__skip(reader, 8);
	entry.bytes = file_reader__u32(reader);
	plain_bytes = file_reader__u32(reader);
	name = file_reader__u16(reader);
	extra = file_reader__u16(reader);
	comment = file_reader__u16(reader);
	file_reader__skip(reader, 8);
	entry.local = file_reader__u32(reader);
	next = reader->at + name + extra + comment;
	if (reader->error)
		return 0;
	if (name > FILE_NAME_BYTES || entries->count == FILE_ARRAYS_MAX) {
		entries->dropped++;
		file_reader__seek(reader, next);
		return 0;
	}
	err = take_name(reader, name, &entry);
	if (!err)
		read_extra(reader, reader->at + extra, &plain_bytes, &entry);
	entry.stored = !method && !(flags & 1) && plain_bytes == entry.bytes;
	file_reader__seek(reader, next);
	if (!err)
		err = array_reserve((void **)&entries->entries, &entries->capacity,
				    entries->count + 1, sizeof(entry));
	if (err || reader->error)
		free(entry.name);
	else
		entries->entries[entries->count++] = entry;
	return err;
}

int zip_entries_read(struct file_reader *reader, struct zip_entries *ret)
{
	struct directory directory = { 0 };
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	read_end(reader, &directory);
	file_reader__seek(reader, directory.offset);
	for (; directory.entries && !err && !reader->error; directory.entries--)
		err = take_entry(reader, ret);
	return err;
}

void zip_entries_free(struct zip_entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		free(entries->entries[i].name);
	free(entries->entries);
	memset(entries, 0, sizeof(*entries));
}

void zip_entry_seek(struct file_reader *reader, const struct zip_entry *entry)
{
	uint16_t name, extra;

	file_reader__seek(reader, entry->local);
	if (file_reader__u32(reader) != SIGN_LOCAL)
		file_reader__refuse(reader);
	file_reader__skip(reader, 22);
	name = file_reader__u16(reader);
	extra = file_reader__u16(reader);
	file_reader__skip(reader, (uint64_t)name + extra);
}
