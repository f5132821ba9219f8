/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The first byte is the form. RUNS: then, for each run of equal pages, its length * 4 + how, seven
 * bits a byte, lowest first; untouched pages at the end are left out. Other forms: the set of pages
 * (SETS: two, those read, then those written): a byte whose bit i says that word i is not zero, then
 * these words, lowest byte first.
 */
#include "store/touch_bits.h"

enum form { RUNS, READ, WRITTEN, BOTH, SETS };

/* How a page was touched: 1 read, 2 written. */
static unsigned int how_touched(const struct touch_chunk *chunk, unsigned int page)
{
	unsigned int word = page / 64, bit = page % 64;

	return (unsigned int)(chunk->read[word] >> bit & 1) |
	       (unsigned int)(chunk->written[word] >> bit & 1) << 1;
}

unsigned int touch_bits__count(const struct touch_chunk *chunk)
{
	unsigned int count = 0, word;

	for (word = 0; word < CHUNK_WORDS; word++)
		count += (unsigned int)__builtin_popcountll(chunk->read[word] |
							    chunk->written[word]);
	return count;
}

static unsigned int run_end(const struct touch_chunk *chunk, unsigned int page)
{
	unsigned int how = how_touched(chunk, page);

	while (page < CHUNK_PAGES && how_touched(chunk, page) == how)
		page++;
	return page;
}

/* 0: it would take more than limit bytes. */
static size_t encode_runs(const struct touch_chunk *chunk, unsigned char *bytes, size_t limit)
{
	unsigned int page, end, value;
	size_t count = 1;

	bytes[0] = RUNS;
	for (page = 0; page < CHUNK_PAGES; page = end) {
		end = run_end(chunk, page);
		value = (end - page) << 2 | how_touched(chunk, page);
		if (end == CHUNK_PAGES && !(value & 3))
			break;
		if (count + 2 > limit)
			return 0;
		if (value > 0x7f)
			bytes[count++] = (unsigned char)(value | 0x80);
		bytes[count++] = (unsigned char)(value > 0x7f ? value >> 7 : value);
	}
	return count;
}

static size_t encode_set(const uint64_t *words, unsigned char *bytes)
{
	unsigned int word, byte;
	size_t count = 1;

	bytes[0] = 0;
	for (word = 0; word < CHUNK_WORDS; word++) {
		if (!words[word])
			continue;
		bytes[0] |= (unsigned char)(1u << word);
		for (byte = 0; byte < 8; byte++)
			bytes[count++] = (unsigned char)(words[word] >> 8 * byte);
	}
	return count;
}

static size_t encode_sets(const struct touch_chunk *chunk, unsigned char *bytes)
{
	static const uint64_t none[CHUNK_WORDS];
	size_t count = 1;

	if (!memcmp(chunk->read, none, sizeof(none)))
		bytes[0] = WRITTEN;
	else if (!memcmp(chunk->written, none, sizeof(none)))
		bytes[0] = READ;
	else
		bytes[0] = memcmp(chunk->read, chunk->written, sizeof(none)) ? SETS : BOTH;
	if (bytes[0] != WRITTEN)
		count += encode_set(chunk->read, bytes + count);
	if (bytes[0] == WRITTEN || bytes[0] == SETS)
		count += encode_set(chunk->written, bytes + count);
	return count;
}

size_t touch_bits__encode(const struct touch_chunk *chunk, unsigned char bytes[TOUCH_BITS_MAX])
{
	unsigned char runs[TOUCH_BITS_MAX];
	size_t count = encode_sets(chunk, bytes), shorter = encode_runs(chunk, runs, count);

	if (!shorter || shorter > count)
		return count;
	memcpy(bytes, runs, shorter);
	return shorter;
}

static void set_run(struct touch_chunk *chunk, unsigned int page, unsigned int end,
		    unsigned int how)
{
	for (; page < end; page++) {
		chunk->read[page / 64] |= (uint64_t)(how & 1) << page % 64;
		chunk->written[page / 64] |= (uint64_t)(how >> 1) << page % 64;
	}
}

static int decode_runs(const unsigned char *at, const unsigned char *end, struct touch_chunk *ret)
{
	unsigned int page = 0, value;

	while (at < end) {
		value = *at++;
		if (value & 0x80) {
			if (at == end)
				return -EINVAL;
			value = (value & 0x7f) | (unsigned int)*at++ << 7;
		}
		if (!(value >> 2) || value >> 2 > CHUNK_PAGES - page)
			return -EINVAL;
		set_run(ret, page, page + (value >> 2), value & 3);
		page += value >> 2;
	}
	return 0;
}

/* Returns what follows it, or NULL. */
static const unsigned char *decode_set(const unsigned char *at, const unsigned char *end,
				       uint64_t *words)
{
	unsigned int there, word, byte;

	if (at == end)
		return NULL;
	there = *at++;
	if (end - at < 8 * __builtin_popcount(there))
		return NULL;
	for (word = 0; word < CHUNK_WORDS; word++) {
		for (byte = 0; there >> word & 1 && byte < 8; byte++)
			words[word] |= (uint64_t)*at++ << 8 * byte;
	}
	return at;
}

int touch_bits__decode(const void *bytes, size_t count, struct touch_chunk *ret)
{
	const unsigned char *at = bytes, *end = at + count;
	unsigned char form;

	memset(ret->read, 0, sizeof(ret->read));
	memset(ret->written, 0, sizeof(ret->written));
	if (!count)
		return -EINVAL;
	form = *at++;
	if (form == RUNS)
		return decode_runs(at, end, ret);
	if (form > SETS)
		return -EINVAL;
	if (form != WRITTEN)
		at = decode_set(at, end, ret->read);
	if (at && (form == WRITTEN || form == SETS))
		at = decode_set(at, end, ret->written);
	if (form == BOTH)
		memcpy(ret->written, ret->read, sizeof(ret->read));
	return at == end ? 0 : -EINVAL;
}
