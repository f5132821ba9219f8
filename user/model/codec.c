/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers have seven bits per byte, lowest first; strings are preceded by their length. */
#include "model/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void fail_codec(struct codec *codec, int err)
{
	if (!codec->err)
		codec->err = err;
}

void codec_require(struct codec *codec, bool holds)
{
	if (codec->reads && !holds)
		fail_codec(codec, -EINVAL);
}

static uint64_t read_u64(struct codec *codec)
{
	uint64_t value = 0;
	unsigned int shift;

	for (shift = 0; !codec->err && shift < 64; shift += 7) {
		unsigned char byte;

		if (codec->at == codec->end)
			break;
		byte = *codec->at++;
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	fail_codec(codec, -EINVAL);
	return 0;
}

static void write_u64(struct codec *codec, uint64_t value)
{
	char bytes[10];
	size_t count = 0;

	do {
		bytes[count++] = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value);
	text_buffer__add_bytes(&codec->out, bytes, count);
}

void codec_u64(struct codec *codec, uint64_t *value)
{
	if (codec->reads)
		*value = read_u64(codec);
	else
		write_u64(codec, *value);
}

void codec_u32(struct codec *codec, uint32_t *value)
{
	uint64_t wide = *value;

	codec_u64(codec, &wide);
	codec_require(codec, wide <= UINT32_MAX);
	*value = codec->err ? 0 : (uint32_t)wide;
}

/* Small numbers of both signs are short. */
void codec_i64(struct codec *codec, int64_t *value)
{
	uint64_t folded = (uint64_t)*value << 1 ^ (*value < 0 ? UINT64_MAX : 0);

	codec_u64(codec, &folded);
	*value = (int64_t)(folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0));
}

void codec_bool(struct codec *codec, bool *value)
{
	uint64_t wide = *value;

	codec_u64(codec, &wide);
	codec_require(codec, wide <= 1);
	*value = !codec->err && wide;
}

void codec_enum(struct codec *codec, int *value, int limit)
{
	uint64_t wide = (uint64_t)*value;

	codec_u64(codec, &wide);
	codec_require(codec, wide < (uint64_t)limit);
	*value = codec->err ? 0 : (int)wide;
}

/* The bytes of the string that follows, and their number; NULL: none. */
static const char *read_string(struct codec *codec, size_t *length)
{
	uint64_t bytes = read_u64(codec);
	const char *text = (const char *)codec->at;

	if (codec->err || bytes > (size_t)(codec->end - codec->at) ||
	    memchr(text, '\0', (size_t)bytes)) {
		fail_codec(codec, -EINVAL);
		return NULL;
	}
	codec->at += bytes;
	*length = (size_t)bytes;
	return text;
}

static void write_string(struct codec *codec, const char *text)
{
	size_t length = strlen(text);

	write_u64(codec, length);
	text_buffer__add_bytes(&codec->out, text, length);
}

void codec_chars(struct codec *codec, char *text, size_t size)
{
	size_t length = 0;
	const char *bytes;

	if (!codec->reads) {
		write_string(codec, text);
		return;
	}
	bytes = read_string(codec, &length);
	codec_require(codec, length < size);
	memset(text, 0, size);
	if (!codec->err)
		memcpy(text, bytes, length);
}

void codec_word(struct codec *codec, const char **word)
{
	bool there = *word;
	const char *bytes;
	size_t length;

	codec_bool(codec, &there);
	if (codec->reads)
		*word = NULL;
	if (!there)
		return;
	if (!codec->reads) {
		write_string(codec, *word);
		return;
	}
	bytes = read_string(codec, &length);
	if (!bytes)
		return;
	/* Its length took at least one byte, so there is room for the NUL. */
	*word = codec->pool + codec->pool_used;
	memcpy(codec->pool + codec->pool_used, bytes, length);
	codec->pool[codec->pool_used + length] = '\0';
	codec->pool_used += length + 1;
}

void codec_text(struct codec *codec, char **text)
{
	const char *bytes;
	size_t length;

	if (!codec->reads) {
		write_string(codec, *text);
		return;
	}
	bytes = read_string(codec, &length);
	*text = bytes ? strndup(bytes, length) : NULL;
	if (bytes && !*text)
		fail_codec(codec, -ENOMEM);
}

void codec_count(struct codec *codec, size_t *count, size_t least)
{
	uint64_t wide = *count;

	codec_u64(codec, &wide);
	if (!codec->reads)
		return;
	codec_require(codec, wide <= (uint64_t)(codec->end - codec->at) / least);
	*count = codec->err ? 0 : (size_t)wide;
}

void codec_list(struct codec *codec, size_t *count, void **items, size_t least, size_t item_bytes)
{
	codec_count(codec, count, least);
	if (!codec->reads || codec->err)
		return;
	*items = calloc(*count + 1, item_bytes);
	if (*items)
		return;
	*count = 0;
	fail_codec(codec, -ENOMEM);
}
