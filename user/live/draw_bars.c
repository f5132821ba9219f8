/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The lines above and below the list. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "live/draw.h"
#include "live/figures.h"
#include "model/losses.h"
#include "model/rows/explain.h"
#include "render/name_cut.h"

#define TREND_WIDTH 16u
#define TREND_MIN 4u
#define PAST_HINTS 17u /* columns of the footer in front of the timeline */
#define LINE_BYTES 1100
#define SECOND_NS 1000000000u
#define SHORT_NAME 15u /* fits into every list */

/* A line that is filled from the left, up to where what stands at its right begins. */
struct bar {
	struct cells *cells;
	uint32_t row, at, end;
};

/* Only whole pieces are shown. */
static bool put_piece(struct bar *bar, enum live_style style, const char *text)
{
	uint32_t columns = name_columns(text), gap = bar->at ? 2 : 0;

	if (bar->at + gap + columns > bar->end)
		return false;
	bar->at += gap;
	bar->at += cells__put(bar->cells, bar->row, bar->at, columns, style, text);
	return true;
}

static void put_who(struct bar *bar, const struct picture *picture)
{
	const struct snapshot *snapshot = &picture->snapshot;
	char name[LINE_BYTES], line[LINE_BYTES], figure[FIGURE_MAX];
	uint32_t gap = bar->at ? 2 : 0;

	if (snapshot->process_count == 1) {
		const struct process_facts *facts = &snapshot->processes[0].header.facts;

		snprintf(line, sizeof(line), "%.512s (%" PRIu32 ")",
			 format_name(facts->comm, name, sizeof(name)), facts->pid);
	} else {
		snprintf(line, sizeof(line), "%zu processes", snapshot->process_count);
	}
	if (!put_piece(bar, LIVE_STRONG, line) && bar->end > bar->at + gap) {
		bar->at += gap;
		bar->at += cells__put(bar->cells, bar->row, bar->at, bar->end - bar->at,
				      LIVE_STRONG, line);
	}
	snprintf(line, sizeof(line), "RSS %s", figure_bytes(picture->rss, figure));
	put_piece(bar, LIVE_STRONG, line);
}

/* What RSS is made of, and what is not in it but was. */
static void put_kinds(struct bar *bar, const struct picture *picture)
{
	static const struct {
		const char *name;
		enum page_state state;
	} kinds[] = {
		{ "anon", PAGE_ANON },	  { "huge", PAGE_ANON_HUGE },  { "file", PAGE_FILE },
		{ "shared", PAGE_SHMEM }, { "swapped", PAGE_SWAPPED },
	};
	uint64_t page_bytes = picture->moment.header.environment.page_bytes;
	size_t i, j;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char line[64], figure[FIGURE_MAX];
		uint64_t pages = 0;

		for (j = 0; j < picture->snapshot.process_count; j++)
			pages += picture->snapshot.processes[j].totals.states[kinds[i].state];
		snprintf(line, sizeof(line), "%s %s", kinds[i].name,
			 figure_bytes(pages * page_bytes, figure));
		if (pages)
			put_piece(bar, LIVE_PLAIN, line);
	}
}

static void put_trend(struct bar *bar, const struct live_state *state)
{
	const struct signs *signs = signs_of(state->signs);
	uint32_t room = bar->end > bar->at + 2 ? bar->end - bar->at - 2 : 0, i;
	uint64_t least = UINT64_MAX, most = 0;

	room = room < TREND_WIDTH ? room : TREND_WIDTH;
	room = room < state->trend.count ? room : state->trend.count;
	for (i = 0; i < room; i++) {
		uint64_t value = trend__at(&state->trend, i);

		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	for (i = 0; i < room; i++)
		cells__set(
			bar->cells, bar->row, bar->at + 2 + i, LIVE_RESIDENT,
			signs__level(signs, trend__at(&state->trend, room - 1 - i), least, most));
	bar->at += room ? room + 2 : 0;
}

/* How long ago the page tables were read, where nothing has happened since. */
static uint64_t oldest_scan_ns(const struct moment *moment)
{
	uint64_t oldest = 0;
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		uint64_t age_ns = moment->processes[i].header.scan_age_ns;

		oldest = age_ns > oldest ? age_ns : oldest;
	}
	return oldest;
}

/*
 * What watching takes, how often it looks where that is not as often as was asked for, and how old
 * what it shows may be.
 */
static void put_cost(struct bar *bar, const struct live_state *state)
{
	uint64_t age_ns = oldest_scan_ns(&state->picture->moment);
	char text[128], share[FIGURE_MAX], time[FIGURE_MAX];
	struct text_buffer line = text_buffer__over(text, sizeof(text));
	uint32_t columns;

	if (!state->wall_ns)
		return;
	if (age_ns >= SECOND_NS)
		text_buffer__addf(&line, "scan %" PRIu64 "s old, ", age_ns / SECOND_NS);
	if (state->interval_ns > state->asked_ns)
		text_buffer__addf(&line, "every %s, ", figure_time(state->interval_ns, time));
	text_buffer__addf(&line, "cost %s", figure_share(state->cpu_ns, state->wall_ns, share));
	columns = (uint32_t)line.length;
	if (columns + 20 > bar->end)
		return;
	bar->end -= columns;
	cells__put(bar->cells, bar->row, bar->end, columns, LIVE_DIM, text);
	bar->end -= 2;
}

static void put_filter(struct bar *bar, const struct live_state *state)
{
	char line[PROMPT_MAX + 16];

	snprintf(line, sizeof(line), "only %s", state->filter);
	put_piece(bar, LIVE_KEY, line);
}

/* Which moment it is, and that what is seen is not now. */
static void put_past(struct bar *bar, const struct history *history)
{
	const struct moment_header *last = &history->moments[history->count - 1].moment.header;
	const struct moment_header *shown = &history->moments[history->shown].moment.header;
	char line[LINE_BYTES], name[LINE_BYTES / 2], time[FIGURE_MAX];

	snprintf(line, sizeof(line), "PAST -%s (%zu of %zu)",
		 figure_time(last->since_start_ns - shown->since_start_ns, time),
		 history->shown + 1, history->count);
	put_piece(bar, LIVE_ALARM, line);
	if (shown->checkpoint)
		put_piece(bar, LIVE_KEY, format_name(shown->checkpoint, name, sizeof(name)));
	snprintf(line, sizeof(line), "%" PRIu64 " older ones thinned out", history->thinned);
	if (history->thinned)
		put_piece(bar, LIVE_DIM, line);
}

void draw_header(const struct live_state *state, struct cells *cells)
{
	const struct picture *picture = state->picture;
	struct bar bar = { .cells = cells, .end = state->columns };
	bool past;

	if (!picture) {
		put_piece(&bar, LIVE_STRONG, "looking for the first time");
		return;
	}
	past = state->history && history__past(state->history);
	if (!past)
		put_cost(&bar, state);
	if (past)
		put_past(&bar, state->history);
	put_who(&bar, picture);
	if (state->paused)
		put_piece(&bar, LIVE_ALARM, "PAUSED");
	if (*state->filter && !state->asks)
		put_filter(&bar, state);
	if (!picture->moment.header.complete)
		put_piece(&bar, LIVE_ALARM, "INCOMPLETE");
	if (!picture->touch_known)
		put_piece(&bar, LIVE_DIM, "page tables only");
	/* The trend has its place, also when the kinds need all of the line. */
	if (bar.end > bar.at + TREND_MIN + 2) {
		uint32_t end = bar.end;
		uint32_t trend = end - bar.at > 2 * TREND_WIDTH ? TREND_WIDTH + 2 : TREND_MIN + 2;

		bar.end -= trend;
		put_kinds(&bar, picture);
		bar.end = end;
		put_trend(&bar, state);
	}
}

/* What the row has no room for: the sentence, and in front of it a name that was cut. */
static char *explain_row(const struct live_state *state, const struct item *item)
{
	const struct moment_header *header = &state->picture->moment.header;
	const char *path = item->region && *item->region->vma.path ? item->region->vma.path : NULL;
	char name[LINE_BYTES];
	char *sentence = NULL, *whole;

	if (item->array)
		sentence = explain_array(header, &item->process->header, item->array);
	else if (item->region)
		sentence = explain_region(&item->process->header, item->region);
	format_name(path ? path : item->name, name, sizeof(name));
	if (!path && name_columns(name) < SHORT_NAME)
		return sentence;
	whole = format_new("%s%s%s", path ? name : item->name, sentence ? ": " : "",
			   sentence ? sentence : "");
	free(sentence);
	return whole;
}

static void put_alarm(struct cells *cells, uint32_t row, const char *text)
{
	uint32_t i;

	for (i = 0; i < cells->columns; i++)
		cells__set(cells, row, i, LIVE_PLAIN, ' ');
	cells__put(cells, row, 0, cells->columns, LIVE_ALARM, text);
}

/* What went wrong comes first, then what was not found, then what is to be said of the row. */
void draw_sentence(const struct live_state *state, struct cells *cells)
{
	const struct item *item = live_state__item(state);
	uint32_t row = state->rows - 2;
	char line[LINE_BYTES];
	char *sentence = NULL;

	if (state->rows < 3)
		return;
	if (*state->note) {
		put_alarm(cells, row, format_line(state->note, line, sizeof(line)));
		return;
	}
	if (state->messages.count > state->messages_seen) {
		put_alarm(cells, row, state->messages.lines[state->messages.count - 1]);
		return;
	}
	if (item && !state->zoom)
		sentence = explain_row(state, item);
	if (sentence)
		cells__put(cells, row, 0, state->columns, LIVE_DIM,
			   format_line(sentence, line, sizeof(line)));
	free(sentence);
}

static void draw_prompt(const struct live_state *state, struct cells *cells)
{
	uint32_t row = state->rows - 1, at;

	at = cells__put(cells, row, 0, state->columns, LIVE_KEY,
			state->asks == ASKS_FILTER ? "Filter: " : "Search: ");
	at += cells__put(cells, row, at, state->columns, LIVE_PLAIN, state->prompt.text);
	if (at < cells->columns)
		cells->cells[(size_t)row * cells->columns + at].cursor = 1;
}

struct hint {
	const char *key, *text;
};

static void draw_hints(const struct live_state *state, struct cells *cells,
		       const struct hint *hints)
{
	struct bar bar = { cells, state->rows - 1, 0, state->columns };

	for (; hints->key; hints++) {
		uint32_t columns = name_columns(hints->key) + 1 + name_columns(hints->text);

		if (bar.at + (bar.at ? 2 : 0) + columns > bar.end)
			break;
		put_piece(&bar, LIVE_KEY, hints->key);
		cells__put(cells, bar.row, bar.at + 1, state->columns, LIVE_PLAIN, hints->text);
		bar.at += 1 + name_columns(hints->text);
	}
}

/* The highest of the moments of a column, and what else is to be seen of them. */
static uint64_t highest_of(const struct history *history, size_t first, size_t end,
			   enum live_style *style)
{
	uint64_t most = 0;

	*style = LIVE_RESIDENT;
	for (; first < end; first++) {
		const struct past_moment *past = &history->moments[first];

		most = past->resident > most ? past->resident : most;
		if (past->moment.header.reason == MOMENT_CHECKPOINT)
			*style = LIVE_KEY;
	}
	return most;
}

/* Resident pages of all moments behind the hints; the cursor is on the one that is shown. */
static void draw_timeline(const struct live_state *state, struct cells *cells)
{
	const struct history *history = state->history;
	uint32_t row = state->rows - 1, room, i;
	uint64_t most = 0;

	room = state->columns > PAST_HINTS ? state->columns - PAST_HINTS : 0;
	room = room < history->count ? room : (uint32_t)history->count;
	for (i = 0; i < history->count; i++)
		most = history->moments[i].resident > most ? history->moments[i].resident : most;
	for (i = 0; i < room; i++) {
		enum live_style style;
		size_t first, end;
		uint64_t high;

		history__column(history, room, i, &first, &end);
		high = highest_of(history, first, end, &style);
		cells__set(cells, row, PAST_HINTS + i, style,
			   signs__level(signs_of(state->signs), high, 0, most));
		if (first <= history->shown && history->shown < end)
			cells__mark(cells, row, PAST_HINTS + i);
	}
}

void draw_footer(const struct live_state *state, struct cells *cells)
{
	static const struct hint of_list[] = {
		{ "q", "quit" },     { "?", "help" },	  { "/", "search" },   { "\\", "filter" },
		{ "Enter", "open" }, { ">", "sort" },	  { "[ ]", "past" },   { "p", "pause" },
		{ "t", "tree" },     { "Space", "fold" }, { "m", "messages" }, { NULL, NULL },
	};
	static const struct hint of_zoom[] = {
		{ "q", "back" },      { "?", "help" },	   { "+ -", "zoom" },
		{ "c", "colour" },    { "p", "pause" },	   { "[ ]", "past" },
		{ "arrows", "move" }, { "m", "messages" }, { NULL, NULL },
	};
	static const struct hint of_menu[] = { { "Enter", "choose" },
					       { "Esc", "back" },
					       { NULL, NULL } };
	static const struct hint of_page[] = { { "q", "back" },
					       { "arrows", "move" },
					       { NULL, NULL } };

	static const struct hint of_past[] = { { "[ ]", "step" }, { "F", "now" }, { NULL, NULL } };
	bool past = state->history && history__past(state->history);

	if (!state->rows)
		return;
	if (state->asks)
		draw_prompt(state, cells);
	else if (*state->note && state->page != PAGE_LIST)
		put_alarm(cells, state->rows - 1, state->note);
	else
		draw_hints(state, cells,
			   state->page == PAGE_SORT   ? of_menu
			   : state->page != PAGE_LIST ? of_page
			   : past		      ? of_past
			   : state->zoom	      ? of_zoom
						      : of_list);
	if (past && !state->asks && state->page == PAGE_LIST)
		draw_timeline(state, cells);
}
