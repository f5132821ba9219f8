/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Values as bytes, with one description for both directions: each function writes *value, or reads
 * it. After an error they do nothing, and read zeros.
 */
#ifndef MODEL_CODEC_H
#define MODEL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct codec {
	bool reads;
	int version;		 /* of the format: the newest, or that of what is read */
	int err;		 /* -EINVAL, -ENOMEM */
	struct text_buffer out;	 /* for writing */
	const unsigned char *at; /* for reading */
	const unsigned char *end;
	char *pool; /* strings that were read, NUL-terminated: at most as many bytes as the input */
	size_t pool_used;
};

void codec_u64(struct codec *codec, uint64_t *value);
void codec_u32(struct codec *codec, uint32_t *value);
void codec_i64(struct codec *codec, int64_t *value);
void codec_bool(struct codec *codec, bool *value);

/* A value of an enum, below the limit. */
void codec_enum(struct codec *codec, int *value, int limit);

/* A string in an array of size bytes. */
void codec_chars(struct codec *codec, char *text, size_t size);

/* A string that is in the pool after reading. NULL stays NULL. */
void codec_word(struct codec *codec, const char **word);

/* A string that is malloc'ed when it is read. */
void codec_text(struct codec *codec, char **text);

/* The number of items that follow; each takes at least `least` bytes. */
void codec_count(struct codec *codec, size_t *count, size_t least);

/* The same; each item takes item_bytes in memory. When reading, *items is calloc'ed. */
void codec_list(struct codec *codec, size_t *count, void **items, size_t least, size_t item_bytes);

/* When reading, fails if this does not hold. */
void codec_require(struct codec *codec, bool holds);

#endif
