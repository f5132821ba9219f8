/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Values as bytes, in one description for both ways: each function writes *value, or reads it.
 * After an error nothing more is done, and what is read is zero.
 */
#ifndef MODEL_CODEC_H
#define MODEL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct codec {
	bool reads;
	int err;		 /* -EINVAL, -ENOMEM */
	struct text_buffer out;	 /* when it writes */
	const unsigned char *at; /* when it reads */
	const unsigned char *end;
	char *pool; /* words that were read, NUL-terminated: as many bytes as there are to read */
	size_t pool_used;
};

void codec_u64(struct codec *codec, uint64_t *value);
void codec_u32(struct codec *codec, uint32_t *value);
void codec_i64(struct codec *codec, int64_t *value);
void codec_bool(struct codec *codec, bool *value);

/* A value of an enum: below the limit. */
void codec_enum(struct codec *codec, int *value, int limit);

/* A string in an array of size bytes. */
void codec_chars(struct codec *codec, char *text, size_t size);

/* A string that lies in the pool once it is read. NULL stays NULL. */
void codec_word(struct codec *codec, const char **word);

/* A string that is malloc'ed once it is read. */
void codec_text(struct codec *codec, char **text);

/*
 * How many items follow; each takes `least` bytes at least, and item_bytes in memory. *items is
 * calloc'ed when it reads.
 */
void codec_list(struct codec *codec, size_t *count, void **items, size_t least, size_t item_bytes);

/* Refuses what is read when this does not hold. */
void codec_require(struct codec *codec, bool holds);

#endif
