/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/packed_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum word_kind { WORD_ZEROS, WORD_ONES, WORD_STORED };

#define KIND_BITS 2u
#define KIND_MASK 3u
#define EACH_STORED 0xaaaaaaaau /* all words are WORD_STORED */

#define FIRST_BLOCK_WORDS 64u
#define MAX_BLOCK_WORDS (1u << 16)

struct word_block {
	struct word_block *before;
	size_t used;
	size_t room;
	uint64_t words[];
};

void word_store__deinit(struct word_store *store)
{
	while (store->last) {
		struct word_block *block = store->last;

		store->last = block->before;
		free(block);
	}
}

static struct word_block *add_block(struct word_store *store)
{
	size_t room = store->last ? 2 * store->last->room : FIRST_BLOCK_WORDS;
	struct word_block *block;

	room = room < MAX_BLOCK_WORDS ? room : MAX_BLOCK_WORDS;
	block = malloc(sizeof(*block) + room * sizeof(*block->words));
	if (!block)
		return NULL;
	*block = (struct word_block){ .before = store->last, .room = room };
	store->last = block;
	return block;
}

static uint64_t *room_for(struct word_store *store, unsigned int count)
{
	struct word_block *block = store->last;

	if (!block || block->room - block->used < count)
		block = add_block(store);
	return block ? block->words + block->used : NULL;
}

static enum word_kind kind_of(uint64_t word)
{
	if (!word)
		return WORD_ZEROS;
	return word == UINT64_MAX ? WORD_ONES : WORD_STORED;
}

int packed_words__make(struct word_store *store, const uint64_t *words, unsigned int count,
		       struct packed_words *ret)
{
	uint64_t *stored = room_for(store, PACKED_WORDS_MAX);
	unsigned int i, used = 0;

	if (!stored)
		return -ENOMEM;
	*ret = (struct packed_words){ .stored = stored };
	for (i = 0; i < count; i++) {
		enum word_kind kind = kind_of(words[i]);

		ret->kinds |= (uint32_t)kind << (i * KIND_BITS);
		if (kind == WORD_STORED)
			stored[used++] = words[i];
	}
	store->last->used += used;
	return 0;
}

void packed_words__get(const struct packed_words *packed, uint64_t *words, unsigned int count)
{
	const uint64_t *stored = packed->stored;
	uint32_t kinds = packed->kinds;

	memset(words, 0, count * sizeof(*words));
	while (kinds) {
		unsigned int i = (unsigned int)__builtin_ctz(kinds) / KIND_BITS;

		words[i] = (kinds >> (i * KIND_BITS) & KIND_MASK) == WORD_ONES ? UINT64_MAX
									       : *stored++;
		kinds &= ~(KIND_MASK << (i * KIND_BITS));
	}
}

unsigned int packed_words__stored(const struct packed_words *packed)
{
	return (unsigned int)__builtin_popcount(packed->kinds & EACH_STORED);
}
