/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/rows/explain_cached.h"

#include <stdio.h>

#include "base/format.h"
#include "base/text.h"

#define PART_BYTES (2 * FORMAT_COUNT_MAX + 64)

/* "all 6,836 pages are", "19 of 6,836 pages are", "none of 6,836 pages is" */
static void say_part(uint64_t count, uint64_t pages, char words[PART_BYTES])
{
	char some[FORMAT_COUNT_MAX], all[FORMAT_COUNT_MAX];

	format_count(count, some);
	format_count(pages, all);
	if (pages == 1)
		snprintf(words, PART_BYTES, "its page is%s", count ? "" : " not");
	else if (count == pages)
		snprintf(words, PART_BYTES, "all %s pages are", all);
	else if (!count)
		snprintf(words, PART_BYTES, "none of %s pages is", all);
	else
		snprintf(words, PART_BYTES, "%s of %s pages %s", some, all,
			 count == 1 ? "is" : "are");
}

static void add_swapped(const struct cached_tally *cached, struct text_buffer *text)
{
	char count[FORMAT_COUNT_MAX];

	if (cached_tally__swapped_known(cached) && cached->swapped)
		text_buffer__addf(text, ", %s swapped out", format_count(cached->swapped, count));
}

bool explain_is_unmapped(const struct tally *tally)
{
	return tally->pages && tally->cached.pages == tally->pages &&
	       tally->states[PAGE_ABSENT] == tally->pages;
}

char *explain_unmapped(const struct tally *tally)
{
	const struct cached_tally *cached = &tally->cached;
	char part[PART_BYTES], swapped[PART_BYTES] = "";
	struct text_buffer text = text_buffer__over(swapped, sizeof(swapped));

	if (!cached_tally__known(cached))
		return format_new("not mapped here; how much is in the page cache is not known: %s",
				  cached_tally__unknown_reason(cached));
	say_part(cached->cached, tally->pages, part);
	add_swapped(cached, &text);
	if (!cached->cached && !*swapped)
		return format_new("lazy: %s mapped here or in the page cache", part);
	return format_new("not mapped here; %s in the page cache%s", part, swapped);
}

static void add_dirty(const struct cached_tally *cached, struct text_buffer *text)
{
	char count[FORMAT_COUNT_MAX];

	if (!cached_tally__dirty_known(cached) || !cached->cached)
		return;
	if (cached->dirty == cached->cached)
		text_buffer__add(text, ", all dirty");
	else if (cached->dirty)
		text_buffer__addf(text, ", %s dirty", format_count(cached->dirty, count));
	else
		text_buffer__add(text, ", clean: the kernel drops them when memory is short");
}

void explain_cached_beside(const struct tally *tally, char words[EXPLAIN_CACHED_BYTES])
{
	const struct cached_tally *cached = &tally->cached;
	uint64_t mapped = tally->states[PAGE_FILE] + tally->states[PAGE_SHMEM];
	struct text_buffer text = text_buffer__over(words, EXPLAIN_CACHED_BYTES);
	char part[PART_BYTES];

	words[0] = '\0';
	/* Of a program's data, a part is of the file. */
	if (!cached_tally__known(cached) || cached->pages != tally->pages)
		return;
	/* All are copies of its own: the file's pages are no part of this memory. */
	if (!mapped && tally->resident == tally->pages)
		return;
	/* Pages of tmpfs that are all mapped here are no news. */
	if (!cached_tally__dirty_known(cached) && cached->cached <= mapped && !cached->swapped)
		return;
	say_part(cached->cached, tally->pages, part);
	text_buffer__addf(&text, "%s in the page cache", part);
	add_swapped(cached, &text);
	add_dirty(cached, &text);
}
