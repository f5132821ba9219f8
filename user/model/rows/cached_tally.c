/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/rows/cached_tally.h"

#include "base/sorted.h"

static const struct {
	const char *word;
	const char *reason;
} answers[CACHED_APART + 1] = {
	[CACHED_KNOWN] = { NULL, NULL },
	[CACHED_HIDDEN] = { "hidden",
			    "the kernel shows a file's page cache to its owner and to who may "
			    "write it" },
	[CACHED_CLOSED] = { "closed", "the mapped file cannot be opened" },
	[CACHED_UNTOLD] = { "untold", "the kernel does not tell the page cache of such a file" },
	[CACHED_LATE] = { "late", "asking for the page cache would have taken too long" },
	[CACHED_APART] = { "apart", "its pages in the page cache were not counted apart" },
};

/* Of some pages of a run: known if all of them have it, or none. */
static bool split_count(uint64_t count, uint64_t pages, uint64_t part, uint64_t *ret)
{
	*ret += count == pages ? part : 0;
	return !count || count == pages || part == pages;
}

static void add_part(struct cached_tally *tally, const struct cached_run *run, uint64_t pages,
		     uint64_t part)
{
	tally->pages += part;
	tally->unknown |= run->answer == CACHED_KNOWN ? 0 : 1u << run->answer;
	tally->dirty_untold |= !run->tells_dirty;
	tally->swapped_untold |= !run->tells_swapped;
	if (part == pages) {
		tally->cached += run->cached;
		tally->dirty += run->dirty;
		tally->swapped += run->swapped;
		return;
	}
	if (!split_count(run->cached, pages, part, &tally->cached))
		tally->unknown |= 1u << CACHED_APART;
	if (!split_count(run->dirty, pages, part, &tally->dirty))
		tally->dirty_untold = true;
	if (!split_count(run->swapped, pages, part, &tally->swapped))
		tally->swapped_untold = true;
}

void cached_tally__count(struct cached_tally *tally, const struct cached_list *list, uint64_t start,
			 uint64_t end, uint64_t page_bytes)
{
	size_t at = sorted_above(list->runs, list->count, sizeof(*list->runs),
				 offsetof(struct cached_run, end), start);

	for (; at < list->count; at++) {
		const struct cached_run *run = &list->runs[at];
		uint64_t from = run->start, to = run->end;

		if (!sorted_clip(&from, &to, start, end))
			break;
		add_part(tally, run, (run->end - run->start) / page_bytes,
			 (to - from) / page_bytes);
	}
}

void cached_tally__add(struct cached_tally *sum, const struct cached_tally *part)
{
	sum->pages += part->pages;
	sum->cached += part->cached;
	sum->dirty += part->dirty;
	sum->swapped += part->swapped;
	sum->unknown |= part->unknown;
	sum->dirty_untold |= part->dirty_untold;
	sum->swapped_untold |= part->swapped_untold;
}

static unsigned int first_unknown(const struct cached_tally *tally)
{
	return tally->unknown ? (unsigned int)__builtin_ctz(tally->unknown) : CACHED_KNOWN;
}

const char *cached_tally__unknown_word(const struct cached_tally *tally)
{
	return answers[first_unknown(tally)].word;
}

const char *cached_tally__unknown_reason(const struct cached_tally *tally)
{
	return answers[first_unknown(tally)].reason;
}
