/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sentences: the first rule that fits decides; every number is a count of the row. */
#include "model/rows/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "model/rows/explain_cached.h"

struct subject {
	const struct tally *tally;
	const struct tally *interior; /* NULL for a region */
	uint64_t header_bytes;	      /* for an array: bytes before it in its first page */
	uint32_t vma_count;
	bool faults; /* touches and causes are known */
};

/* "1 page", "195,313 pages" */
struct words {
	char text[FORMAT_COUNT_MAX + 8];
};

struct words_list {
	char text[4 * (FORMAT_COUNT_MAX + 32)];
};

static struct words page_words(uint64_t count)
{
	char number[FORMAT_COUNT_MAX];
	struct words words;

	snprintf(words.text, sizeof(words.text), "%s page%s", format_count(count, number),
		 count == 1 ? "" : "s");
	return words;
}

static struct words count_words(uint64_t count)
{
	struct words words;

	format_count(count, words.text);
	return words;
}

static uint64_t zero_pages(const struct tally *tally)
{
	return tally->states[PAGE_ZERO] + tally->states[PAGE_ZERO_HUGE];
}

/* glibc's header of an mmapped chunk is 16 bytes on LP64 (malloc/malloc.c, CHUNK_HDR_SZ). */
static const char *edge_reason(const struct subject *subject)
{
	return subject->header_bytes == 2 * sizeof(void *) ? "the allocator's header"
							   : "edges shared with neighbouring data";
}

static char *explain_lazy(const struct subject *subject)
{
	const struct tally *tally = subject->tally;

	if (explain_is_unmapped(tally))
		return explain_unmapped(tally);
	if (tally->states[PAGE_ABSENT] == tally->pages)
		return format_new("lazy: none of %s resident", page_words(tally->pages).text);
	if (subject->interior && subject->interior->pages && !tally->cached.pages &&
	    subject->interior->states[PAGE_ABSENT] == subject->interior->pages && tally->resident)
		return format_new("lazy: %s of %s resident, %s", count_words(tally->resident).text,
				  page_words(tally->pages).text, edge_reason(subject));
	return NULL;
}

static char *explain_zero(const struct subject *subject)
{
	const struct tally *tally = subject->tally;
	uint64_t zero = zero_pages(tally);
	const char *huge = tally->states[PAGE_ZERO_HUGE] ? " huge" : "";

	if (!zero || zero * 2 < tally->pages)
		return NULL;
	if (!tally->resident)
		return format_new("read but never written: %s on the shared%s zero page, 0 bytes",
				  page_words(zero).text, huge);
	return format_new(
		"mostly read but never written: %s on the shared%s zero page cost nothing, "
		"%s resident",
		page_words(zero).text, huge, page_words(tally->resident).text);
}

/* Huge pages around a few written ones. */
static char *explain_huge(const struct subject *subject)
{
	const struct tally *tally = subject->tally;
	uint64_t huge = tally->states[PAGE_ANON_HUGE], touched = tally->ledger[LEDGER_TOUCHED];
	uint64_t fill = tally->ledger[LEDGER_HUGE_FILL];

	if (!huge)
		return NULL;
	if (!subject->faults)
		return format_new("%s of %s resident in huge pages", count_words(huge).text,
				  page_words(tally->resident).text);
	if (!fill || tally->ledger[LEDGER_UNEXPLAINED])
		return NULL;
	if (touched == 1)
		return format_new("one write made %s resident: a huge page",
				  page_words(touched + fill).text);
	return format_new("%s of its own touched, %s came with them in huge pages",
			  page_words(touched).text, page_words(fill).text);
}

static char *explain_cause(const struct subject *subject)
{
	const struct tally *tally = subject->tally;
	const uint64_t *ledger = tally->ledger;

	if (!subject->faults || !tally->resident)
		return NULL;
	if (ledger[LEDGER_BEFORE] == tally->resident)
		return format_new("%s resident since before the watch",
				  page_words(tally->resident).text);
	if (ledger[LEDGER_UNFAULTED] == tally->resident)
		return format_new(
			"%s resident without a fault: MAP_POPULATE, mlock or fault-around",
			page_words(tally->resident).text);
	if (ledger[LEDGER_TOUCHED] == tally->pages)
		return format_new("all of %s touched, page by page", page_words(tally->pages).text);
	if (ledger[LEDGER_TOUCHED] == tally->resident)
		return format_new("%s of %s touched and resident",
				  count_words(ledger[LEDGER_TOUCHED]).text,
				  page_words(tally->pages).text);
	return NULL;
}

/* Appends "1 touched" and the like, separated by commas. */
static void add_part(struct words_list *list, uint64_t count, const char *what)
{
	struct text_buffer text = text_buffer__behind(list->text, sizeof(list->text));

	if (count)
		text_buffer__addf(&text, "%s%s %s", text.length ? ", " : "",
				  count_words(count).text, what);
}

/* If nothing simpler fits. */
static char *explain_mixture(const struct subject *subject)
{
	const struct tally *tally = subject->tally;
	struct words_list causes = { "" };

	/* A region that was not touched during the watch needs no sentence. */
	if (!tally->resident || (!subject->interior && !tally->ledger[LEDGER_TOUCHED]))
		return NULL;
	if (subject->faults) {
		uint64_t unexplained = ledger_unexplained(tally->ledger);

		add_part(&causes, tally->ledger[LEDGER_TOUCHED], "touched");
		add_part(&causes, tally->ledger[LEDGER_BEFORE], "from before the watch");
		add_part(&causes, unexplained, "filled in by huge pages or without a fault");
		if (unexplained)
			goto out;
		add_part(&causes, tally->ledger[LEDGER_HUGE_FILL], "filled in by huge pages");
		add_part(&causes, tally->ledger[LEDGER_UNFAULTED], "without a fault of their own");
	}
out:
	return format_new("%s of %s resident%s%s", count_words(tally->resident).text,
			  page_words(tally->pages).text, *causes.text ? ": " : "", causes.text);
}

static char *explain_lost(const struct subject *subject)
{
	const struct tally *tally = subject->tally;

	if (tally->states[PAGE_SWAPPED])
		return format_new("%s swapped out", page_words(tally->states[PAGE_SWAPPED]).text);
	if (subject->faults && tally->touch.gone && tally->touch.gone >= tally->resident)
		return format_new("%s touched and no longer present",
				  page_words(tally->touch.gone).text);
	return NULL;
}

static char *explain_subject(const struct subject *subject)
{
	char *(*const rules[])(const struct subject *) = {
		explain_lazy,  explain_zero, explain_huge,
		explain_cause, explain_lost, explain_mixture,
	};
	char *text = NULL, *longer;
	size_t i;

	if (!subject->tally->pages)
		return NULL;
	for (i = 0; !text && i < sizeof(rules) / sizeof(rules[0]); i++)
		text = rules[i](subject);
	if (subject->vma_count < 2)
		return text;
	longer = text ? format_new("%s; lies in %" PRIu32 " mappings", text, subject->vma_count)
		      : format_new("lies in %" PRIu32 " mappings", subject->vma_count);
	free(text);
	return longer;
}

/* Appends words to a sentence, and frees them; "" appends nothing. */
static char *join_words(char *text, const char *words)
{
	char *longer;

	if (!*words)
		return text;
	longer = text ? format_new("%s; %s", text, words) : format_new("%s", words);
	free(text);
	return longer;
}

static char *add_cached(char *text, const struct tally *tally)
{
	char words[EXPLAIN_CACHED_BYTES];

	if (explain_is_unmapped(tally))
		return text;
	explain_cached_beside(tally, words);
	return join_words(text, words);
}

/* Who else is on its pages: worth saying for a small array, or if an array is the neighbour. */
static char *add_shared(char *text, const struct array_row *row)
{
	const uint64_t others = row->neighbours;
	char words[4 * FORMAT_COUNT_MAX + 128] = "";
	char others_text[FORMAT_COUNT_MAX + 32] = "";

	if (others)
		snprintf(others_text, sizeof(others_text), "%s other array%s",
			 count_words(others).text, others == 1 ? "" : "s");
	if (!row->interior.pages && row->edge_pages)
		snprintf(words, sizeof(words), "shares its %s with %s%s%s",
			 row->edge_pages == 1 ? "page" : page_words(row->edge_pages).text,
			 row->in_heap ? "heap neighbours" : "neighbouring data",
			 others ? ", among them " : "", others_text);
	else if (others)
		snprintf(words, sizeof(words), "shares its first or last page with %s",
			 others_text);
	text = join_words(text, words);
	words[0] = '\0';
	/* A contiguous array has at most two such pages: the first and the last. */
	if (row->shared_known && row->shared_pages > 2)
		snprintf(words, sizeof(words), "%s also hold data between its elements",
			 page_words(row->shared_pages).text);
	return join_words(text, words);
}

char *explain_array(const struct moment_header *header, const struct process_header *process,
		    const struct array_row *row)
{
	const struct subject subject = {
		.tally = &row->tally,
		.interior = &row->interior,
		.header_bytes = row->desc.start % header->environment.page_bytes,
		.vma_count = row->vma_count,
		.faults = process->faults_known,
	};

	if (!row->vma_count)
		return format_new("nothing is mapped there");
	return add_shared(add_cached(explain_subject(&subject), &row->tally), row);
}

char *explain_region(const struct process_header *process, const struct region_row *row)
{
	const struct subject subject = {
		.tally = &row->tally,
		.faults = process->faults_known,
	};

	if (vma_is_own_memory(&row->vma))
		return add_cached(explain_subject(&subject), &row->tally);
	return explain_is_unmapped(&row->tally) ? explain_unmapped(&row->tally) : NULL;
}
