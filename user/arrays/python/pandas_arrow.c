/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * C++ objects of Arrow, the same in pyarrow 15 to 26. They carry no type, so everything that is
 * read must agree.
 */
#include "arrays/python/pandas_arrow.h"

#include <errno.h>
#include <string.h>

#include "arrays/python/characters.h"

#define COUNT_MAX 1000000u

/* pyarrow.lib.ChunkedArray: a shared_ptr, and the same pointer again */
#define WRAPPER_SHARED 32u
#define WRAPPER_BARE 48u
/* ChunkedArray: a vector of shared_ptr<Array>, a shared_ptr, the length */
#define CHUNKS_BEGIN 0u
#define CHUNKS_END 8u
#define CHUNKED_LENGTH 40u
#define SHARED_BYTES 16u
/* Array: a vtable, then its ArrayData */
#define ARRAY_DATA 8u
/* ArrayData: a shared_ptr, then */
#define DATA_LENGTH 16u
#define DATA_NULLS 24u
#define DATA_OFFSET 32u
#define BUFFERS_BEGIN 40u
#define BUFFERS_END 48u
#define BUFFERS 3u /* which are valid, offsets, characters */
/* Buffer: a vtable, flags, then */
#define BUFFER_DATA 16u
#define BUFFER_SIZE 24u

struct words {
	struct py *py;
	bool read; /* all so far */
};

static uint64_t arrow_word(struct words *words, uint64_t address)
{
	uint64_t value = 0;

	if (words->read && (!address || py_follow(words->py, address, &value)))
		words->read = false;
	return value;
}

static void arrow_require(struct words *words, bool holds)
{
	words->read = words->read && holds;
}

static void read_chunk(struct words *words, uint64_t array, struct py_arrow_chunk *ret)
{
	uint64_t data = arrow_word(words, array + ARRAY_DATA), buffers, offsets, characters, first;

	ret->count = arrow_word(words, data + DATA_LENGTH);
	first = arrow_word(words, data + DATA_OFFSET);
	arrow_require(words, ret->count <= COUNT_MAX && first <= COUNT_MAX);
	arrow_require(words, !arrow_word(words, data + DATA_NULLS));
	buffers = arrow_word(words, data + BUFFERS_BEGIN);
	arrow_require(words,
		      arrow_word(words, data + BUFFERS_END) == buffers + BUFFERS * SHARED_BYTES);
	offsets = arrow_word(words, buffers + SHARED_BYTES);
	characters = arrow_word(words, buffers + 2 * SHARED_BYTES);
	arrow_require(words, (first + ret->count + 1) * sizeof(uint64_t) <=
				     arrow_word(words, offsets + BUFFER_SIZE));
	ret->offsets = arrow_word(words, offsets + BUFFER_DATA) + first * sizeof(uint64_t);
	ret->data = arrow_word(words, characters + BUFFER_DATA);
	ret->data_bytes = arrow_word(words, characters + BUFFER_SIZE);
}

int py_arrow_read(struct py *py, uint64_t chunked, struct py_arrow_strings *ret)
{
	struct words words = { py, true };
	uint64_t bare = arrow_word(&words, chunked + WRAPPER_BARE), begin, chunks, count = 0;
	size_t i;

	arrow_require(&words, arrow_word(&words, chunked + WRAPPER_SHARED) == bare);
	begin = arrow_word(&words, bare + CHUNKS_BEGIN);
	chunks = (arrow_word(&words, bare + CHUNKS_END) - begin) / SHARED_BYTES;
	arrow_require(&words, chunks <= PY_ARROW_CHUNKS_MAX);
	for (i = 0; words.read && i < chunks; i++) {
		read_chunk(&words, arrow_word(&words, begin + i * SHARED_BYTES), &ret->chunks[i]);
		count += ret->chunks[i].count;
	}
	arrow_require(&words, arrow_word(&words, bare + CHUNKED_LENGTH) == count && count);
	ret->chunk_count = (size_t)chunks;
	return words.read ? 0 : -EINVAL;
}

static int put_string(struct py *py, const struct py_arrow_chunk *chunk, uint64_t index,
		      struct text_buffer *text)
{
	struct py_characters characters;
	uint64_t start, end;
	int err;

	err = py_follow(py, chunk->offsets + index * 8, &start);
	if (!err)
		err = py_follow(py, chunk->offsets + index * 8 + 8, &end);
	if (!err && (start > end || end > chunk->data_bytes))
		err = -EINVAL;
	if (!err)
		err = py_read_utf8(py, chunk->data + start, end - start, &characters);
	return err ? err : py_put_quoted(&characters, characters.count, text);
}

void py_arrow_put(struct py *py, const struct py_arrow_strings *strings, uint64_t index,
		  struct text_buffer *text)
{
	size_t i;

	for (i = 0; i < strings->chunk_count; i++) {
		if (index >= strings->chunks[i].count) {
			index -= strings->chunks[i].count;
			continue;
		}
		if (!put_string(py, &strings->chunks[i], index, text))
			return;
		break;
	}
	text_buffer__add(text, "?");
}
