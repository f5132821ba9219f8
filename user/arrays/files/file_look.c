/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/file_look.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/files/file_parsers.h"

/* As many of a file's first bytes as tell its format. */
#define HEAD_BYTES 9u

typedef int file_parser(struct file_reader *reader, struct file_layout *layout);

struct format {
	enum file_format format;
	const char *magic;
	size_t magic_bytes;
	file_parser *parse;
};

static const struct format formats[] = {
	{ FILE_GGUF, "GGUF", 4, gguf_parse },
	{ FILE_NPY, "\x93NUMPY", 6, npy_parse },
	{ FILE_ARROW, "ARROW1\0\0", 8, arrow_parse },
	{ FILE_PARQUET, "PAR1", 4, parquet_parse },
	/* .npz or PyTorch, which the archive tells. */
	{ FILE_UNKNOWN, "PK\3\4", 4, zip_parse },
};

static const struct format arrow_stream = { FILE_ARROW, "", 0, arrow_parse };
static const struct format safetensors = { FILE_SAFETENSORS, "", 0, safetensors_parse };

/* A length that the file can have, and a JSON object. */
static bool is_safetensors(const uint8_t head[HEAD_BYTES], uint64_t bytes)
{
	uint64_t length;

	memcpy(&length, head, sizeof(length));
	length = le64toh(length);
	return head[8] == '{' && length >= 2 && length <= bytes - sizeof(length);
}

/* A message whose table lies in it, as the schema that an Arrow stream begins with. */
static bool is_arrow_stream(const uint8_t head[HEAD_BYTES], uint64_t bytes)
{
	static const uint8_t mark[4] = { 0xff, 0xff, 0xff, 0xff };
	uint32_t length;

	memcpy(&length, head + sizeof(mark), sizeof(length));
	length = le32toh(length);
	return !memcmp(head, mark, sizeof(mark)) && length && length % 8 == 0 &&
	       length <= bytes - 8 && head[8] && head[8] % 2 == 0;
}

static const struct format *format_of(struct file_reader *reader)
{
	uint8_t head[HEAD_BYTES];
	size_t i;

	if (reader->bytes < HEAD_BYTES || !file_reader__take(reader, head, sizeof(head)))
		return NULL;
	file_reader__seek(reader, 0);
	for (i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (!memcmp(head, formats[i].magic, formats[i].magic_bytes))
			return &formats[i];
	}
	if (is_arrow_stream(head, reader->bytes))
		return &arrow_stream;
	return is_safetensors(head, reader->bytes) ? &safetensors : NULL;
}

/* What a reader's error says of the layout; 0, or the error if it was not the header's. */
static int tell_error(int error, struct file_layout *layout)
{
	switch (error) {
	case 0:
		return 0;
	case -EBADMSG:
		layout->cut = "its header is damaged";
		return 0;
	case -E2BIG:
		layout->cut = "its header is too large";
		return 0;
	case -ETIME:
		layout->cut = "its header takes too long to read";
		return 0;
	default:
		return error;
	}
}

int file_look(file_load *load, void *ctx, uint64_t bytes, struct file_layout *ret)
{
	struct file_reader *reader = malloc(sizeof(*reader));
	const struct format *format;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	if (!reader)
		return -ENOMEM;
	file_reader__init(reader, load, ctx, bytes);
	format = format_of(reader);
	if (format) {
		ret->format = format->format;
		err = format->parse(reader, ret);
	}
	if (!err)
		err = tell_error(reader->error, ret);
	file_layout_finish(ret, bytes);
	if (!err && ret->format == FILE_UNKNOWN)
		ret->cut = NULL;
	if (err)
		file_layout__deinit(ret);
	free(reader);
	return err;
}

int file_look_fd(int fd, uint64_t bytes, struct file_layout *ret)
{
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	return file_look(file_reader_load_fd, &fd, bytes, ret);
}
