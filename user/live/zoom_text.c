/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is said of an opened row, and of the place that the cursor stands on. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "live/figures.h"
#include "live/part.h"
#include "live/picture_priv.h"
#include "live/zoom.h"
#include "model/index/array_pages.h"
#include "model/rows/explain.h"
#include "model/rows/page_sets.h"

#define STEPS_FACTS (1ull << 14) /* of each count of index ranges: below 1 ms */
#define STEPS_CURSOR (1ull << 13)
#define RUNS_MAX 1024u	/* of equal pages, up to which index ranges are told */
#define PARTS_MAX 4096u /* of a cell's pages: more are not counted */
#define RANGES 3u
#define LINE_BYTES 1100

static void add_amount(struct text_buffer *text, uint64_t pages, const char *what)
{
	char count[FORMAT_COUNT_MAX];

	text_buffer__addf(text, " %s %s", format_count(pages, count), what);
}

static void add_states(struct text_buffer *text, const struct tally *tally)
{
	char count[FORMAT_COUNT_MAX];
	const char *gap = ":";
	int i;

	text_buffer__addf(text, "%s page%s", format_count(tally->pages, count),
			  tally->pages == 1 ? "" : "s");
	for (i = 0; i < PAGE_STATES; i++) {
		if (!tally->states[i])
			continue;
		text_buffer__add(text, gap);
		if (tally->states[i] == tally->pages)
			text_buffer__addf(text, " %s", page_state_name((enum page_state)i));
		else
			add_amount(text, tally->states[i], page_state_name((enum page_state)i));
		gap = ",";
	}
}

static void add_seconds(struct text_buffer *text, uint64_t ns)
{
	text_buffer__addf(text, "%" PRIu64 ".%02" PRIu64 " s", ns / 1000000000u,
			  ns / 10000000u % 100);
}

static void add_threads(struct text_buffer *text, const struct touch_tally *touch)
{
	uint32_t i;

	text_buffer__add(text, touch->first_thread_count > 1 ? " by threads" : " by thread");
	for (i = 0; i < touch->first_thread_count; i++)
		text_buffer__addf(text, "%s %" PRIu32, i ? "," : "", touch->first_threads[i]);
	if (!touch->first_thread_count)
		text_buffer__add(text, " unknown");
}

/* The time of a first touch is kept for 512 pages at a time. */
static void add_touches(struct text_buffer *text, const struct moment_header *header,
			const struct tally *tally, uint64_t page_bytes)
{
	const struct touch_tally *touch = &tally->touch;
	uint64_t start = header->start_ns;
	char size[FIGURE_MAX];

	if (!touch->pages_touched) {
		text_buffer__add(text, "; not touched");
		return;
	}
	text_buffer__add(text, "; ");
	if (touch->pages_touched < tally->pages)
		text_buffer__addf(text, "%" PRIu64 " touched, ", touch->pages_touched);
	text_buffer__add(text, "first touch ");
	if (touch->chunk_shared)
		text_buffer__addf(text, "of the %s around it ",
				  figure_bytes(CHUNK_PAGES * page_bytes, size));
	text_buffer__add(text, "at ");
	add_seconds(text, touch->first_ns > start ? touch->first_ns - start : 0);
	add_threads(text, touch);
}

/* Counts the pages of some ranges. 0, -E2BIG or -ENOMEM. */
static int count_pages(const struct tally_input *input, const struct intervals *pages,
		       struct tally *ret)
{
	struct tally part;
	size_t i;
	int err = pages->count > PARTS_MAX ? -E2BIG : 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; !err && i < pages->count; i++) {
		err = tally_range(input, pages->items[i].start, pages->items[i].end, &part);
		tally_add(ret, &part);
		ret->touch.chunk_shared |= part.touch.chunk_shared;
	}
	return err;
}

/* The pages of the cursor's cell, and its indices as text. 0, -E2BIG or -ENOMEM. */
static int cell_of_grid(const struct zoom *zoom, const struct item *item, uint64_t page_bytes,
			struct intervals *pages, struct text_buffer *text)
{
	const struct window *window = &zoom->window;
	uint64_t start[2], end[2];
	struct part part;
	int i;

	for (i = 0; i < 2; i++)
		window__cell(window, i, window->cursor[i], &start[i], &end[i]);
	part__of(&part, &item->array->desc, start[0], end[0] - start[0], start[1],
		 end[1] - start[1]);
	for (i = 0; i < 2; i++) {
		text_buffer__addf(text, "%s%" PRIu64, i ? ", " : "[", start[i]);
		if (end[i] - start[i] > 1)
			text_buffer__addf(text, ":%" PRIu64, end[i]);
	}
	text_buffer__add(text, "]");
	return array_pages(&part.desc, page_bytes, pages);
}

/* The elements of an array of any shape that lie on some pages. */
static int add_indices(const struct item *item, const struct intervals *pages,
		       struct text_buffer *text)
{
	struct array_desc nameless;
	uint64_t steps = STEPS_CURSOR;
	struct index_set set;
	char *ranges = NULL;
	int err;

	if (!item->array || !item->array->desc.shape)
		return 0;
	nameless = item->array->desc;
	nameless.name = "";
	err = index_set__fill(&nameless, pages, &steps, &set);
	if (!err && set.told && set.elements)
		ranges = index_set_text(&set, &nameless, 1);
	if (ranges)
		text_buffer__addf(text, "%s ", ranges);
	free(ranges);
	index_set__deinit(&set);
	return err;
}

static int cell_of_pages(const struct zoom *zoom, const struct item *item, uint64_t page_bytes,
			 struct intervals *pages, struct text_buffer *text)
{
	const struct window *window = &zoom->window;
	uint64_t start, end;
	int err;

	if (!window__pages(window, window->cursor[0], window->cursor[1], &start, &end))
		return 0;
	err = intervals__set(pages, item->start + start * page_bytes,
			     item->start + end * page_bytes, 0);
	if (!err)
		err = add_indices(item, pages, text);
	text_buffer__addf(text, "page %" PRIu64, start);
	if (end - start > 1)
		text_buffer__addf(text, ":%" PRIu64, end);
	return err;
}

static int add_pages(struct text_buffer *text, const struct live_state *state,
		     const struct tally_input *input, const struct intervals *pages)
{
	struct tally tally;
	int err = count_pages(input, pages, &tally);

	if (err)
		return err;
	if (pages->count)
		text_buffer__addf(text, " at %" PRIx64 "-%" PRIx64 "  ", pages->items[0].start,
				  pages->items[pages->count - 1].end);
	add_states(text, &tally);
	if (input->touched)
		add_touches(text, &state->picture->moment.header, &tally, input->page_bytes);
	return 0;
}

char *zoom_cursor_text(const struct live_state *state, const struct item *item)
{
	const struct tally_input input = picture__input(state->picture, item->process);
	const struct zoom *zoom = state->zoom;
	struct intervals pages = { 0 };
	struct text_buffer text = { 0 };
	char *ret = NULL;
	int err;

	err = (zoom->window.grid ? cell_of_grid : cell_of_pages)(zoom, item, input.page_bytes,
								 &pages, &text);
	if (!err)
		err = add_pages(&text, state, &input, &pages);
	if (err == -E2BIG)
		text_buffer__add(&text, " has too many pieces to count; + comes nearer");
	intervals__deinit(&pages);
	if (text_buffer__take(&text, &ret))
		ret = NULL;
	text_buffer__deinit(&text);
	return ret;
}

static void add_ledger(struct text_buffer *text, const struct tally *tally)
{
	static const char *const causes[] = {
		[LEDGER_TOUCHED] = "touched",
		[LEDGER_BEFORE] = "before the watch",
		[LEDGER_HUGE_FILL] = "filled by huge pages",
		[LEDGER_UNFAULTED] = "never faulted",
	};
	uint64_t unsure = ledger_unexplained(tally->ledger);
	const char *gap = "";
	char count[FORMAT_COUNT_MAX];
	size_t i;

	text_buffer__addf(text, "resident: %s page%s =", format_count(tally->resident, count),
			  tally->resident == 1 ? "" : "s");
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (unsure && i >= LEDGER_HUGE_FILL)
			break;
		if (!tally->ledger[i])
			continue;
		text_buffer__addf(text, "%s %s %s", gap, causes[i],
				  format_count(tally->ledger[i], count));
		gap = " +";
	}
	if (unsure)
		text_buffer__addf(text, " + filled by huge pages or never faulted %s",
				  format_count(unsure, count));
	text_buffer__add(text, "\n");
}

static int add_ranges(struct text_buffer *text, const char *title, const struct item *item,
		      const struct intervals *pages)
{
	const struct array_desc *array = &item->array->desc;
	uint64_t steps = STEPS_FACTS;
	char line[LINE_BYTES], *ranges = NULL;
	struct index_set set;
	int err;

	if (!pages->count)
		return 0;
	err = index_set__fill(array, pages, &steps, &set);
	if (!err)
		ranges = set.told ? index_set_text(&set, array, RANGES)
				  : strdup("not listed: too many pieces");
	if (ranges)
		text_buffer__addf(text, "%s: %s\n", title, format_line(ranges, line, sizeof(line)));
	free(ranges);
	index_set__deinit(&set);
	return err;
}

/* Cheap to know before anything is listed. */
static bool too_many_runs(const struct tally_input *input, const struct item *item)
{
	return page_runs__lower_bound(input->runs, item->end) -
		       page_runs__lower_bound(input->runs, item->start) >
	       RUNS_MAX;
}

static int add_index_ranges(struct text_buffer *text, const struct tally_input *input,
			    const struct item *item)
{
	struct intervals where = { 0 };
	struct page_sets sets = { 0 };
	int err;

	if (!item->array || !item->array->desc.shape)
		return 0;
	if (too_many_runs(input, item)) {
		text_buffer__add(text, "index ranges: not listed: too many pieces\n");
		return 0;
	}
	err = intervals__set(&where, item->start, item->end, 0);
	if (!err)
		err = page_sets__fill(input, &where, &sets);
	if (!err)
		err = add_ranges(text, "resident", item, &sets.resident);
	if (!err)
		err = add_ranges(text, "zero page", item, &sets.zero);
	if (!err)
		err = add_ranges(text, "touched", item, &sets.touched);
	page_sets__deinit(&sets);
	intervals__deinit(&where);
	return err;
}

static void add_sentence(struct text_buffer *text, const struct live_state *state,
			 const struct item *item)
{
	const struct process_header *process = &item->process->header;
	char line[LINE_BYTES];
	char *sentence;

	if (item->array)
		sentence = explain_array(&state->picture->moment.header, process, item->array);
	else
		sentence = explain_region(process, item->region);
	if (sentence)
		text_buffer__addf(text, "%s\n", format_line(sentence, line, sizeof(line)));
	free(sentence);
}

static void add_name(struct text_buffer *text, const struct item *item)
{
	bool path = item->region && *item->region->vma.path;
	char name[LINE_BYTES];

	text_buffer__addf(text, "%s\n",
			  path ? format_name(item->region->vma.path, name, sizeof(name))
			       : item->name);
	text_buffer__addf(text, "%" PRIx64 "-%" PRIx64 "\n",
			  item->array ? item->array->desc.start : item->start,
			  item->array ? item->array->desc.end : item->end);
}

char *zoom_facts_text(const struct live_state *state, const struct item *item)
{
	const struct tally_input input = picture__input(state->picture, item->process);
	const struct tally *tally = item->array ? &item->array->tally : &item->region->tally;
	struct text_buffer text = { 0 };
	char *ret = NULL;

	add_sentence(&text, state, item);
	if (add_index_ranges(&text, &input, item))
		text_buffer__add(&text, "index ranges: no memory\n");
	if (input.touched && tally->resident)
		add_ledger(&text, tally);
	add_name(&text, item);
	if (text_buffer__take(&text, &ret))
		ret = NULL;
	text_buffer__deinit(&text);
	return ret;
}
