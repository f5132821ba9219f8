/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The columns of numbers, as a table, and which of them fit. */
#include <stdio.h>

#include "base/format.h"
#include "render/text_priv.h"

#define CELL_BYTES NOTE_BYTES
#define MIN_HEAT 16u
#define NAME_MIN 12u
#define NAME_MAX 48u

_Static_assert(CELL_BYTES >= FORMAT_BYTES_MAX && CELL_BYTES >= FORMAT_COUNT_MAX,
	       "a cell has room for each");

/* What must be known of a process; otherwise the cell is "-". */
enum column_needs {
	NEEDS_NOTHING,
	NEEDS_FAULTS, /* the faults tier, without which the column is left out */
	NEEDS_WRITES, /* the same, and a backend that distinguishes writes from reads */
};

struct column {
	const char *title;
	uint32_t width; /* without the leading blank */
	/* A narrow terminal drops the largest rank first. Each rank occurs once. */
	uint32_t rank;
	bool words; /* they begin at the left of their column */
	enum column_needs needs;
	void (*format)(const struct text *text, const struct text_line *line,
		       char cell[CELL_BYTES]);
};

static void format_pages(const struct text *text, uint64_t pages, char *cell)
{
	format_bytes(pages * text->page_bytes, cell);
}

static void format_span(const struct text *text, const struct text_line *line, char *cell)
{
	(void)text;
	format_bytes(line->span_bytes, cell);
}

static void format_resident(const struct text *text, const struct text_line *line, char *cell)
{
	format_pages(text, line->tally->resident, cell);
}

static void format_note(const struct text *text, const struct text_line *line, char *cell)
{
	const struct text_note note = text_note_of(line, text->process->header.faults_known);

	text_note_words(&note, text->page_bytes, cell);
}

static void format_zero(const struct text *text, const struct text_line *line, char *cell)
{
	const uint64_t *states = line->tally->states;

	format_pages(text, states[PAGE_ZERO] + states[PAGE_ZERO_HUGE], cell);
}

static void format_huge(const struct text *text, const struct text_line *line, char *cell)
{
	format_pages(text, line->tally->states[PAGE_ANON_HUGE], cell);
}

static void format_swapped(const struct text *text, const struct text_line *line, char *cell)
{
	const struct cached_tally *cached = &line->tally->cached;

	if (cached_tally__swapped_known(cached))
		format_pages(text, line->tally->states[PAGE_SWAPPED] + cached->swapped, cell);
	else
		snprintf(cell, CELL_BYTES, "-");
}

static void format_read(const struct text *text, const struct text_line *line, char *cell)
{
	format_pages(text, line->tally->touch.pages_read, cell);
}

static void format_written(const struct text *text, const struct text_line *line, char *cell)
{
	format_pages(text, line->tally->touch.pages_written, cell);
}

/* First faults: a page that was read first and then written had two. */
static void format_faults(const struct text *text, const struct text_line *line, char *cell)
{
	const struct touch_tally *touch = &line->tally->touch;

	format_count(text->snapshot->header.tells_writes ? touch->pages_read + touch->pages_written
							 : touch->pages_touched,
		     cell);
}

/* In display order. 10: "1023.9 GiB"; 15: "zero 1023.9 GiB". */
static const struct column columns[TEXT_COLUMNS] = {
	{ "SPAN", 10, 1, false, NEEDS_NOTHING, format_span },
	{ "RESIDENT", 10, 0, false, NEEDS_NOTHING, format_resident },
	{ "ZERO", 10, 5, false, NEEDS_NOTHING, format_zero },
	{ "HUGE", 10, 6, false, NEEDS_NOTHING, format_huge },
	{ "SWAPPED", 10, 8, false, NEEDS_NOTHING, format_swapped },
	{ "READ", 10, 4, false, NEEDS_WRITES, format_read },
	{ "WRITTEN", 10, 3, false, NEEDS_WRITES, format_written },
	{ "FAULTS", 10, 7, false, NEEDS_FAULTS, format_faults },
	{ "NOTE", 15, 2, true, NEEDS_NOTHING, format_note },
};

static size_t column_of_rank(uint32_t rank)
{
	size_t i;

	for (i = 0; i < TEXT_COLUMNS - 1 && columns[i].rank != rank; i++)
		continue;
	return i;
}

static uint32_t name_width(uint32_t width)
{
	uint32_t wanted = width * 3 / 10;

	return wanted < NAME_MIN ? NAME_MIN : wanted > NAME_MAX ? NAME_MAX : wanted;
}

struct text_layout text_layout(uint32_t width)
{
	struct text_layout layout = { 0 };
	uint32_t left, rank;

	layout.name_width = name_width(width);
	left = width - layout.name_width - 1;
	for (rank = 0; rank < TEXT_COLUMNS; rank++) {
		size_t i = column_of_rank(rank);

		if (left < columns[i].width + 1 + MIN_HEAT)
			break;
		layout.shown[i] = true;
		left -= columns[i].width + 1;
	}
	layout.heat_width = left;
	return layout;
}

static void give_to_name(struct text_layout *layout, size_t i)
{
	if (layout->shown[i])
		layout->name_width += columns[i].width + 1;
	layout->shown[i] = false;
}

void text_layout_without_touch(struct text_layout *layout)
{
	size_t i;

	for (i = 0; i < TEXT_COLUMNS; i++) {
		if (columns[i].needs != NEEDS_NOTHING)
			give_to_name(layout, i);
	}
}

void text_layout_without_note(struct text_layout *layout)
{
	size_t i;

	for (i = 0; i < TEXT_COLUMNS; i++) {
		if (columns[i].words)
			give_to_name(layout, i);
	}
}

uint32_t text_heat_cells(const struct view *view)
{
	return text_layout(view->width).heat_width;
}

static void put_cell(const struct text *text, const struct column *column, const char *cell)
{
	int width = (int)column->width;

	fprintf(text->out, " %*s", column->words ? -width : width, cell);
}

void text_columns_heading(const struct text *text)
{
	size_t i;

	for (i = 0; i < TEXT_COLUMNS; i++) {
		if (text->layout.shown[i])
			put_cell(text, &columns[i], columns[i].title);
	}
}

static bool is_known(const struct text *text, enum column_needs needs)
{
	return needs == NEEDS_NOTHING ||
	       (text->process->header.faults_known &&
		(needs == NEEDS_FAULTS || text->snapshot->header.tells_writes));
}

void text_columns_line(const struct text *text, const struct text_line *line)
{
	char cell[CELL_BYTES] = "-";
	size_t i;

	for (i = 0; i < TEXT_COLUMNS; i++) {
		/* Sums have neither a note nor a heatmap. */
		if (!text->layout.shown[i] || (columns[i].words && !line->heat))
			continue;
		if (is_known(text, columns[i].needs))
			columns[i].format(text, line, cell);
		else
			snprintf(cell, sizeof(cell), "-");
		put_cell(text, &columns[i], cell);
	}
}
