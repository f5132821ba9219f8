/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Below the rows: why the resident pages are there, the kernel's figures, what ended. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "base/text.h"
#include "model/sampled.h"
#include "render/text_priv.h"

static void put_sentence(const struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_sentence(const struct text *text, const char *format, ...)
{
	char words[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	text_wrap(text, 0, words);
}

struct amount {
	char text[FORMAT_BYTES_MAX + FORMAT_COUNT_MAX + 16];
};

/* "4.0 KiB (1 page)" */
static struct amount page_amount(const struct text *text, uint64_t pages)
{
	char bytes[FORMAT_BYTES_MAX], count[FORMAT_COUNT_MAX];
	struct amount amount;

	snprintf(amount.text, sizeof(amount.text), "%s (%s page%s)",
		 format_bytes(pages * text->page_bytes, bytes), format_count(pages, count),
		 pages == 1 ? "" : "s");
	return amount;
}

static void put_causes(const struct text *text)
{
	const struct tally *totals = &text->process->totals;
	const uint64_t *ledger = totals->ledger;
	uint64_t unexplained;

	if (!text->process->header.faults_known) {
		put_sentence(text, "resident: %s; the cause is unknown without the faults tier",
			     page_amount(text, totals->resident).text);
		return;
	}
	unexplained = ledger_unexplained(ledger);
	if (unexplained) {
		put_sentence(
			text,
			"resident: %s = touched %s + before the watch %s + filled by huge pages or never "
			"faulted %s: this page reader could not distinguish all huge pages",
			page_amount(text, totals->resident).text,
			page_amount(text, ledger[LEDGER_TOUCHED]).text,
			page_amount(text, ledger[LEDGER_BEFORE]).text,
			page_amount(text, unexplained).text);
		return;
	}
	put_sentence(text,
		     "resident: %s = touched %s + before the watch %s + filled by huge pages %s + "
		     "never faulted %s",
		     page_amount(text, totals->resident).text,
		     page_amount(text, ledger[LEDGER_TOUCHED]).text,
		     page_amount(text, ledger[LEDGER_BEFORE]).text,
		     page_amount(text, ledger[LEDGER_HUGE_FILL]).text,
		     page_amount(text, ledger[LEDGER_UNFAULTED]).text);
}

/* Arrays may overlap: here each page counts once. */
static void put_arrays(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	char count[FORMAT_COUNT_MAX];

	if (!process->array_count)
		return;
	if (!process->arrays_total_known) {
		put_sentence(text, "arrays: too scattered for a sum");
		return;
	}
	put_sentence(text, "arrays: %s of %s resident in %s array%s, each page counted once",
		     page_amount(text, process->arrays_total.resident).text,
		     page_amount(text, process->arrays_total.pages).text,
		     format_count(process->array_count, count),
		     process->array_count == 1 ? "" : "s");
}

/* Of memory that was given back, the rows show nothing. */
static void put_peak(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	const struct peak_pages *peak = &process->header.peak_touched;

	if (!peak->known)
		put_sentence(
			text,
			"the most that was touched at one time is unknown: calls moved or kept touched pages");
	else if (peak->pages > process->totals.touch.pages_touched)
		put_sentence(text, "touched at one time: at most %s, now %s",
			     page_amount(text, peak->pages).text,
			     page_amount(text, process->totals.touch.pages_touched).text);
}

static void put_kernel(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	char tables[FORMAT_BYTES_MAX], faults[FORMAT_COUNT_MAX], kernel[FORMAT_COUNT_MAX];

	put_sentence(text, "RSS: anonymous %s, files %s, shared memory %s",
		     page_amount(text, process->rss_kinds.anon).text,
		     page_amount(text, process->rss_kinds.file).text,
		     page_amount(text, process->rss_kinds.shmem).text);
	put_sentence(text, "kernel: RSS %s, peak %s, page tables %s",
		     page_amount(text, process->header.facts.rss_kernel_pages).text,
		     page_amount(text, process->header.facts.rss_peak_pages).text,
		     format_bytes(process->header.facts.page_table_bytes, tables));
	if (!process->header.faults_known)
		return;
	put_sentence(
		text, "faults: %s, of them in the kernel %s",
		format_count(process->header.faults.user + process->header.faults.kernel, faults),
		format_count(process->header.faults.kernel, kernel));
	put_peak(text);
}

/* Rare, and then worth a line in every report. */
static void put_surprises(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	char strays[FORMAT_COUNT_MAX];

	if (!process->header.faults_known)
		return;
	if (process->stray_faults)
		put_sentence(
			text,
			"%s page%s touched outside every mapping: invalid accesses, or ends of mappings that were not seen",
			format_count(process->stray_faults, strays),
			process->stray_faults == 1 ? "" : "s");
	if (process->header.collapses)
		put_sentence(text, "%" PRIu64 " huge pages made of small ones during the watch",
			     process->header.collapses);
}

static void put_retired(const struct text *text, const struct retired *retired)
{
	char count[FORMAT_COUNT_MAX], bytes[FORMAT_BYTES_MAX];

	if (retired->count > 1) {
		put_sentence(text, "ended by %s: %s more, touched %s", retired->how,
			     format_count(retired->count, count),
			     page_amount(text, retired->pages_touched).text);
		return;
	}
	put_sentence(text, "ended by %s: %#" PRIx64 ", %s, touched %s%s", retired->how,
		     retired->start, format_bytes(retired->end - retired->start, bytes),
		     page_amount(text, retired->pages_touched).text,
		     retired->created_ns ? "" : ", older than the watch");
}

static int by_touched(const void *left, const void *right)
{
	const struct retired *const *a = left, *const *b = right;

	if (((*a)->count > 1) != ((*b)->count > 1))
		return (*a)->count > 1 ? 1 : -1;
	return ((*a)->pages_touched < (*b)->pages_touched) -
	       ((*a)->pages_touched > (*b)->pages_touched);
}

static int put_ended(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	const struct retired **order;
	size_t i;

	if (!process->header.retired_count || !text->view->retired)
		return 0;
	order = calloc(process->header.retired_count, sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (i = 0; i < process->header.retired_count; i++)
		order[i] = &process->header.retired[i];
	array_sort(order, process->header.retired_count, sizeof(*order), by_touched);
	for (i = 0; i < process->header.retired_count && i < text->view->retired; i++)
		put_retired(text, order[i]);
	free(order);
	return 0;
}

/* Appends "touched 4.0 KiB" to a list. */
static void add_cause(const struct text *text, struct text_buffer *words, const char *cause,
		      uint64_t pages)
{
	char bytes[FORMAT_BYTES_MAX];

	if (pages)
		text_buffer__addf(words, "%s%s %s", words->length ? ", " : "", cause,
				  format_bytes(pages * text->page_bytes, bytes));
}

/* "resident 297.2 MiB: touched 53.9 MiB, filled by huge pages 229.6 MiB; peak 512.0 MiB" */
static void put_short(const struct text *text)
{
	const struct process_snapshot *process = text->process;
	const uint64_t *ledger = process->totals.ledger;
	uint64_t rss = process->header.facts.rss_kernel_pages;
	uint64_t peak = process->header.facts.rss_peak_pages;
	char memory[256], bytes[FORMAT_BYTES_MAX], peak_bytes[FORMAT_BYTES_MAX];
	struct text_buffer words = text_buffer__over(memory, sizeof(memory));
	/* A moment that was taken at the peak has a line of its own. */
	bool sampled = text->view->sampled && text->view->sampled->peak;
	bool has_peak = !sampled && peak > rss + rss / 8;

	if (process->header.faults_known) {
		add_cause(text, &words, "touched", ledger[LEDGER_TOUCHED]);
		add_cause(text, &words, "before the watch", ledger[LEDGER_BEFORE]);
		add_cause(text, &words, "filled by huge pages", ledger[LEDGER_HUGE_FILL]);
		add_cause(text, &words, "without a fault", ledger[LEDGER_UNFAULTED]);
	}
	if (!words.length && !has_peak)
		return;
	format_bytes(process->totals.resident * text->page_bytes, bytes);
	format_bytes(peak * text->page_bytes, peak_bytes);
	put_sentence(text, "resident %s%s%s%s%s", bytes, words.length ? ": " : "",
		     words.length ? memory : "", has_peak ? "; peak RSS " : "",
		     has_peak ? peak_bytes : "");
}

int text_ledger(const struct text *text)
{
	bool detail = text->view->detail;

	/* What cannot be told apart is always said. */
	if (detail || ledger_unexplained(text->process->totals.ledger))
		put_causes(text);
	else
		put_short(text);
	if (detail) {
		put_arrays(text);
		put_kernel(text);
	}
	put_surprises(text);
	return put_ended(text);
}
