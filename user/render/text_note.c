/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What matters of a row, in a word and a size: the first rule that fits. */
#include <stdio.h>

#include "base/format.h"
#include "render/text_priv.h"

static uint64_t zero_pages(const struct tally *tally)
{
	return tally->states[PAGE_ZERO] + tally->states[PAGE_ZERO_HUGE];
}

/* Files are read and dropped by the kernel: only what the program itself made is lazy. */
static bool is_lazy(const struct text_line *line)
{
	const struct tally *interior = line->interior;

	const struct cached_tally *cached = &line->tally->cached;

	if (cached->pages && (cached->cached || !cached_tally__known(cached)))
		return false;
	if (!line->own_memory || line->tally->states[PAGE_ABSENT] < line->tally->resident)
		return false;
	if (interior && interior->pages)
		return interior->states[PAGE_ABSENT] == interior->pages;
	return line->tally->states[PAGE_ABSENT] == line->tally->pages;
}

/* Most of it is in the page cache, and not in this process, not even as a private copy. */
static bool is_cached(const struct tally *tally)
{
	return tally->cached.cached > tally->resident &&
	       tally->cached.cached - tally->resident > tally->pages / 2;
}

struct text_note text_note_of(const struct text_line *line, bool faults)
{
	const struct tally *tally = line->tally;
	const uint64_t *ledger = tally->ledger;
	uint64_t resident = tally->resident, zero = zero_pages(tally);

	if (!tally->pages)
		return (struct text_note){ "", 0, 0 };
	if (tally->states[PAGE_SWAPPED] > tally->pages / 8)
		return (struct text_note){ "swap", tally->states[PAGE_SWAPPED], 4 };
	if (line->freed)
		return (struct text_note){ "freed", resident, 1 };
	if (is_cached(tally))
		return (struct text_note){ "cache", tally->cached.cached, 1 };
	if (is_lazy(line))
		return (struct text_note){ "lazy", 0, 0 };
	if (zero > tally->pages / 2)
		return (struct text_note){ "zero", zero, 3 };
	if (faults && ledger_unexplained(ledger) > resident / 2)
		return (struct text_note){ "unexplained", 0, 4 };
	if (faults && ledger[LEDGER_HUGE_FILL] > resident / 2)
		return (struct text_note){ "fill", ledger[LEDGER_HUGE_FILL], 3 };
	if (faults && line->own_memory && ledger[LEDGER_UNFAULTED] > resident / 2)
		return (struct text_note){ "no fault", 0, 2 };
	if (faults && tally->touch.gone > resident)
		return (struct text_note){ "gone", tally->touch.gone, 3 };
	return (struct text_note){ "", 0, 0 };
}

void text_note_words(const struct text_note *note, uint64_t page_bytes, char words[NOTE_BYTES])
{
	char bytes[FORMAT_BYTES_MAX] = "";

	if (note->pages)
		format_bytes(note->pages * page_bytes, bytes);
	snprintf(words, NOTE_BYTES, "%s%s%s", note->word, note->pages ? " " : "", bytes);
}
