/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A pyarrow.ChunkedArray of two chunks, laid out as it is known, and words of it replaced: the
 * input says which, and by what.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/python/memory.h"
#include "arrays/python/pandas_arrow.h"

#define BASE 0x100000ull
#define PAGE 4096u
#define WORDS (PAGE / sizeof(uint64_t))
#define TEXT_BYTES 2000u

/* Where each part lies, in words. */
enum place {
	WRAPPER = 0,
	CHUNKED = 8,
	VECTOR = 16,
	CHUNKS = 24, /* two, each of CHUNK_WORDS */
	CHUNK_WORDS = 64,
	ARRAY = 0, /* in a chunk, as all below */
	DATA = 2,
	BUFFERS = 10,
	OFFSETS_BUFFER = 16,
	STRINGS_BUFFER = 20,
	OFFSETS = 24,
	STRINGS = 32,
};

struct patch {
	uint16_t word, other;
	uint8_t how;
	int8_t delta;
	uint64_t value;
};

enum how { ANY, OTHER_WORD, ITS_ADDRESS, PLUS_DELTA, HOWS };

static uint64_t memory[WORDS];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint64_t address_of(size_t word)
{
	return BASE + word * sizeof(uint64_t);
}

/* "one", "", "t\u00fc": an empty string has no characters, the last one a letter of two bytes. */
static void put_chunk(size_t chunk)
{
	static const char strings[] = "onet\xc3\xbc";
	static const uint64_t ends[] = { 0, 3, 3, 6 };

	memory[chunk + ARRAY + 1] = address_of(chunk + DATA);
	memory[chunk + DATA + 2] = 3; /* strings, none of them absent, from the first on */
	memory[chunk + DATA + 5] = address_of(chunk + BUFFERS);
	memory[chunk + DATA + 6] = address_of(chunk + BUFFERS + 6);
	memory[chunk + BUFFERS + 2] = address_of(chunk + OFFSETS_BUFFER);
	memory[chunk + BUFFERS + 4] = address_of(chunk + STRINGS_BUFFER);
	memory[chunk + OFFSETS_BUFFER + 2] = address_of(chunk + OFFSETS);
	memory[chunk + OFFSETS_BUFFER + 3] = sizeof(ends);
	memory[chunk + STRINGS_BUFFER + 2] = address_of(chunk + STRINGS);
	memory[chunk + STRINGS_BUFFER + 3] = sizeof(strings) - 1;
	memcpy(&memory[chunk + OFFSETS], ends, sizeof(ends));
	memcpy(&memory[chunk + STRINGS], strings, sizeof(strings));
}

static void put_all(void)
{
	memset(memory, 0, sizeof(memory));
	memory[WRAPPER + 4] = memory[WRAPPER + 6] = address_of(CHUNKED);
	memory[CHUNKED] = address_of(VECTOR);
	memory[CHUNKED + 1] = address_of(VECTOR + 4);
	memory[CHUNKED + 5] = 6; /* strings */
	memory[VECTOR] = address_of(CHUNKS);
	memory[VECTOR + 2] = address_of(CHUNKS + CHUNK_WORDS);
	put_chunk(CHUNKS);
	put_chunk(CHUNKS + CHUNK_WORDS);
}

/* Most words of the page are not read at all. */
static size_t word_of(uint16_t number)
{
	return number % (CHUNKS + 2 * CHUNK_WORDS);
}

static void apply_patch(const struct patch *patch)
{
	uint64_t *word = &memory[word_of(patch->word)];

	switch ((enum how)(patch->how % HOWS)) {
	case ANY:
		*word = patch->value;
		break;
	case OTHER_WORD:
		*word = memory[word_of(patch->other)];
		break;
	case ITS_ADDRESS:
		*word = address_of(word_of(patch->other));
		break;
	case PLUS_DELTA:
		*word += (uint64_t)(int64_t)patch->delta;
		break;
	case HOWS:
		break;
	}
}

static int load_page(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < count; i++) {
		present[i] = address + i * PAGE == BASE;
		if (present[i])
			memcpy(buffer + i * PAGE, memory, PAGE);
	}
	return 0;
}

/* The text of all strings; empty: the layout was refused. */
static void look_at_strings(char *text, size_t size)
{
	static const uint64_t beyond[] = { 6, 1000000, UINT64_MAX };
	const struct memsrc_backend backend = { .load = load_page };
	struct text_buffer names = text_buffer__over(text, size);
	struct py_arrow_strings strings;
	struct py py = { .page_bytes = PAGE };
	struct timespec now;
	size_t i;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	py.deadline_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + 200000000u;
	py.memsrc = memsrc__new(&backend, PAGE, 4);
	if (!py.memsrc)
		abort();
	if (!py_arrow_read(&py, address_of(WRAPPER), &strings)) {
		for (i = 0; i < 6; i++)
			py_arrow_put(&py, &strings, i, &names);
		for (i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
			py_arrow_put(&py, &strings, beyond[i], &names);
	}
	memsrc__close(py.memsrc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static bool tried;
	char text[TEXT_BYTES];
	struct patch patch;
	size_t i;

	put_all();
	if (!tried) {
		look_at_strings(text, sizeof(text));
		if (strcmp(text, "'one''''t\xc3\xbc''one''''t\xc3\xbc'???"))
			abort();
		tried = true;
	}
	for (i = 0; i + sizeof(patch) <= bytes; i += sizeof(patch)) {
		memcpy(&patch, data + i, sizeof(patch));
		apply_patch(&patch);
	}
	look_at_strings(text, sizeof(text));
	return 0;
}
