/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/file_reader.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* safetensors itself refuses headers above 100 MB. */
#define HEADER_BYTES (128ull << 20)
#define HEADER_NS 1000000000ull
#define FIRST_LOAD (4u << 10)

/* v6.14: pages that were read from the disk for this call do not stay in the page cache. */
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80
#endif

static uint64_t thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void file_reader__init(struct file_reader *reader, file_load *load, void *ctx, uint64_t bytes)
{
	/* The window is large, and its content is written before it is read. */
	memset(reader, 0, offsetof(struct file_reader, window));
	reader->load = load;
	reader->ctx = ctx;
	reader->bytes = bytes;
	reader->left = HEADER_BYTES;
	reader->deadline_ns = thread_ns() + HEADER_NS;
	reader->ahead = FIRST_LOAD;
}

#define TAKES_UNTIL_LOOK 1024u

static bool keep_error(struct file_reader *reader, int error)
{
	if (!reader->error)
		reader->error = error;
	return false;
}

static bool is_late(const struct file_reader *reader)
{
	return reader->deadline_ns && thread_ns() > reader->deadline_ns;
}

void file_reader__refuse(struct file_reader *reader)
{
	keep_error(reader, -EBADMSG);
}

void file_reader__seek(struct file_reader *reader, uint64_t offset)
{
	if (offset > reader->bytes)
		file_reader__refuse(reader);
	else
		reader->at = offset;
}

void file_reader__skip(struct file_reader *reader, uint64_t count)
{
	if (count > reader->bytes - reader->at)
		file_reader__refuse(reader);
	else
		reader->at += count;
}

/* Loads are blocks of FIRST_LOAD, so that what is read goes on at a border of pages. */
static bool load_window(struct file_reader *reader)
{
	uint64_t from = reader->at - reader->at % FIRST_LOAD;
	size_t count;
	ssize_t got;

	reader->ahead = from == reader->start + reader->held && reader->held ? reader->ahead * 2
									     : FIRST_LOAD;
	if (reader->ahead > FILE_WINDOW)
		reader->ahead = FILE_WINDOW;
	count = reader->bytes - from < reader->ahead ? (size_t)(reader->bytes - from)
						     : reader->ahead;
	reader->held = 0;
	if (count > reader->left)
		return keep_error(reader, -E2BIG);
	if (is_late(reader))
		return keep_error(reader, -ETIME);
	reader->left -= count;
	got = reader->load(reader->ctx, from, reader->window, count);
	if (got < 0)
		return keep_error(reader, (int)got);
	reader->start = from;
	reader->held = (size_t)got;
	/* The file has become shorter. */
	return reader->at - from < (size_t)got || keep_error(reader, -EBADMSG);
}

/* The bytes that are held at the position, at least one; NULL: an error. */
static const uint8_t *held_at(struct file_reader *reader, size_t *count)
{
	if (reader->error)
		return NULL;
	if (reader->at >= reader->bytes) {
		file_reader__refuse(reader);
		return NULL;
	}
	if ((reader->at < reader->start || reader->at - reader->start >= reader->held) &&
	    !load_window(reader))
		return NULL;
	*count = reader->held - (size_t)(reader->at - reader->start);
	if (*count > reader->bytes - reader->at)
		*count = (size_t)(reader->bytes - reader->at);
	return reader->window + (reader->at - reader->start);
}

bool file_reader__take(struct file_reader *reader, void *to, size_t count)
{
	uint8_t *out = to;
	size_t done = 0, part = 0;

	/* Places of a header may lead to each other: it need not end with the bytes. */
	if (++reader->takes % TAKES_UNTIL_LOOK == 0 && is_late(reader))
		keep_error(reader, -ETIME);
	while (done < count) {
		const uint8_t *held = held_at(reader, &part);

		if (!held) {
			memset(to, 0, count);
			return false;
		}
		if (part > count - done)
			part = count - done;
		memcpy(out + done, held, part);
		done += part;
		reader->at += part;
	}
	return !reader->error;
}

uint8_t file_reader__u8(struct file_reader *reader)
{
	uint8_t value = 0;

	file_reader__take(reader, &value, sizeof(value));
	return value;
}

uint16_t file_reader__u16(struct file_reader *reader)
{
	uint16_t value = 0;

	file_reader__take(reader, &value, sizeof(value));
	return le16toh(value);
}

uint32_t file_reader__u32(struct file_reader *reader)
{
	uint32_t value = 0;

	file_reader__take(reader, &value, sizeof(value));
	return le32toh(value);
}

uint64_t file_reader__u64(struct file_reader *reader)
{
	uint64_t value = 0;

	file_reader__take(reader, &value, sizeof(value));
	return le64toh(value);
}

int file_reader__peek(struct file_reader *reader)
{
	size_t count = 0;
	const uint8_t *held = reader->at < reader->bytes ? held_at(reader, &count) : NULL;

	return held ? *held : -1;
}

/*
 * Where RWF_DONTCACHE is not known (EOPNOTSUPP, EINVAL), what was read stays in the page cache.
 */
ssize_t file_reader_load_fd(void *ctx, uint64_t offset, void *buffer, size_t count)
{
	const struct iovec to = { buffer, count };
	int fd = *(const int *)ctx;
	ssize_t got = preadv2(fd, &to, 1, (off_t)offset, RWF_DONTCACHE);

	if (got < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS))
		got = pread(fd, buffer, count, (off_t)offset);
	return got < 0 ? -errno : got;
}
