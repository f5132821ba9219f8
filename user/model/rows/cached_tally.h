/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Counts of what is in the page cache, of pages that are mapped from files or shared. */
#ifndef MODEL_CACHED_TALLY_H
#define MODEL_CACHED_TALLY_H

#include "facts/cached.h"

/* Behind the answers of a moment: runs were counted as a whole, and the range has a part of one. */
#define CACHED_APART CACHED_ANSWERS

struct cached_tally {
	uint64_t pages; /* that the page cache can have; 0: there is nothing to know */
	uint64_t cached;
	uint64_t dirty;
	uint64_t swapped;     /* of shared memory; not those of private mappings */
	unsigned int unknown; /* 1 << enum cached_answer: why some pages were not counted */
	bool dirty_untold;
	bool swapped_untold;
};

/* Adds pages [start, end) (bytes, page-aligned) of the list. Costs time by the runs that it meets. */
void cached_tally__count(struct cached_tally *tally, const struct cached_list *list, uint64_t start,
			 uint64_t end, uint64_t page_bytes);

/* Adds the counts of a disjoint range. */
void cached_tally__add(struct cached_tally *sum, const struct cached_tally *part);

/* Whether each count is one. */
static inline bool cached_tally__known(const struct cached_tally *tally)
{
	return tally->pages && !tally->unknown;
}

static inline bool cached_tally__dirty_known(const struct cached_tally *tally)
{
	return cached_tally__known(tally) && !tally->dirty_untold;
}

/* Private memory has only pages of its own in swap space, and of those the page tables tell. */
static inline bool cached_tally__swapped_known(const struct cached_tally *tally)
{
	return !tally->swapped_untold;
}

/* A word and a sentence for what is not known; NULL: all is, or there is nothing to know. */
const char *cached_tally__unknown_word(const struct cached_tally *tally);
const char *cached_tally__unknown_reason(const struct cached_tally *tally);

#endif
