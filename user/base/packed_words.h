/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Bit sets of a few words, most of which are all zeros or all ones: two bits per word say which it
 * is, and only other words are stored.
 */
#ifndef BASE_PACKED_WORDS_H
#define BASE_PACKED_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define PACKED_WORDS_MAX 16u

struct packed_words { /* all zero: all words are zero */
	uint32_t kinds;
	const uint64_t *stored; /* packed_words__stored of them, owned by a store */
};

/* Memory for the words of many sets. They do not move while the store lives. */
struct word_store { /* all zero is empty */
	struct word_block *last;
};

void word_store__deinit(struct word_store *store);

/* count: at most PACKED_WORDS_MAX. 0 or -ENOMEM. */
int packed_words__make(struct word_store *store, const uint64_t *words, unsigned int count,
		       struct packed_words *ret);

/* The words that were passed to make. */
void packed_words__get(const struct packed_words *packed, uint64_t *words, unsigned int count);

/* How many words are stored. */
unsigned int packed_words__stored(const struct packed_words *packed);

#endif
