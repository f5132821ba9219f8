/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "live/wrap.h"
#include "model/losses.h"

#define LEFT_WIDTH 12u
#define TEXT_BYTES 1024

/* Lines are drawn where they are to be seen, and counted everywhere. */
struct writer {
	const struct live_state *state;
	struct cells *cells; /* NULL: count */
	uint32_t line;	     /* of the page */
};

static bool row_of(const struct writer *writer, uint32_t *row)
{
	uint32_t top = writer->state->page_top;

	*row = writer->line - top + 1;
	return writer->cells && writer->line >= top &&
	       writer->line - top < page_room(writer->state);
}

static void put_text(const struct writer *writer, uint32_t column, enum live_style style,
		     const char *text)
{
	uint32_t row;

	if (row_of(writer, &row))
		cells__put(writer->cells, row, column, writer->state->columns, style, text);
}

/* Text from a column on, in as many lines as it takes; the next line follows it. */
static void put_wrapped(struct writer *writer, uint32_t column, enum live_style style,
			const char *text)
{
	uint32_t width = writer->state->columns;
	char line[TEXT_BYTES];

	width = width > column + 8 ? width - column : 8;
	do {
		wrap_line(&text, width, line, sizeof(line));
		put_text(writer, column, style, line);
		writer->line++;
	} while (*text);
}

static void put_heading(struct writer *writer, const char *text)
{
	writer->line += writer->line != 0;
	put_text(writer, 0, LIVE_STRONG, text);
	writer->line++;
}

static void put_pair(struct writer *writer, enum live_style style, const char *left,
		     const char *text)
{
	put_text(writer, 1, style, left);
	put_wrapped(writer, LEFT_WIDTH + 1, LIVE_PLAIN, text);
}

static void put_list(struct writer *writer, enum live_style style, const char *const lines[][2],
		     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		put_pair(writer, style, lines[i][0], lines[i][1]);
}

static void put_keys(struct writer *writer)
{
	static const char *const keys[][2] = {
		{ "q F10", "end" },
		{ "arrows j k", "move; left and right fold and open, as - and + do" },
		{ "PgUp PgDn", "a screen up or down; also Ctrl-B and Ctrl-F" },
		{ "Home End", "first and last row; also g and G" },
		{ "Enter", "open an array or a mapping over the whole screen" },
		{ "Space", "fold or open a group, a process, the views of an array" },
		{ "/ F3", "search a name; n and N go on, forwards and backwards" },
		{ "\\ F4", "show only names that contain this; with * or ? it is a pattern" },
		{ "> F6", "sort by another column; I reverses the order" },
		{ "t F5", "groups, or one flat list" },
		{ "p", "pause: pagewatch does not look until p is pressed again" },
		{ "[ ] , .", "[ or , goes a moment back, ] or . forward; { and } go by ten" },
		{ "F", "back to now" },
		{ "m", "messages, and what could not be counted" },
		{ "Ctrl-L", "draw the screen anew" },
		{ "mouse", "click a row or a column's title; twice: as Enter" },
	};

	put_heading(writer, "Keys");
	put_list(writer, LIVE_KEY, keys, sizeof(keys) / sizeof(keys[0]));
}

static void put_opened_keys(struct writer *writer)
{
	static const char *const keys[][2] = {
		{ "q Esc", "back to the list; also Left at the left edge" },
		{ "+ -", "nearer and farther, around the cursor; also the mouse's wheel" },
		{ "arrows", "move the cursor, and what is shown at its edges; also h j k l" },
		{ "PgUp PgDn", "a screen up or down; also Ctrl-B and Ctrl-F" },
		{ "Home End", "the first and the last place; also g and G" },
		{ "c", "colour by touch, state, age or thread of the first touch" },
		{ "p m ? [ ] F", "as in the list" },
		{ "mouse", "click a place: the cursor goes there" },
	};

	put_heading(writer, "Keys of a row that is open");
	put_list(writer, LIVE_KEY, keys, sizeof(keys) / sizeof(keys[0]));
	put_wrapped(writer, 1, LIVE_PLAIN,
		    "An array of two dimensions is shown by its rows and columns, anything else "
		    "by its pages, line after line. The title says what is shown, and how many "
		    "elements or pages a cell has; the last line but one says what each sign and "
		    "colour means. The kernel side keeps the time and the thread of the first "
		    "touch for 512 pages at a time.");
}

static void put_first_line(struct writer *writer)
{
	static const char *const words[][2] = {
		{ "RSS", "resident bytes of all that is watched, and the kinds of pages in it" },
		{ "cost", "the share of one core that pagewatch used in the last seconds" },
		{ "every", "how often pagewatch looks, if more often would cost too much" },
		{ "scan", "how old the last scan of everything is; parts may be newer" },
	};

	put_heading(writer, "First line");
	put_list(writer, LIVE_PLAIN, words, sizeof(words) / sizeof(words[0]));
}

static void put_columns(struct writer *writer)
{
	static const char *const columns[][2] = {
		{ "SPAN", "bytes from the first to the last" },
		{ "RES", "bytes of resident pages" },
		{ "CHANGE/s", "by how many bytes a second RES grows or shrinks" },
		{ "TOUCHED/s", "bytes a second of pages touched for the first time" },
		{ "FSHW", "which of these it has: F file pages, S shared memory, H huge pages, W "
			  "swapped-out pages" },
		{ "PAGES", "from the first page to the last" },
	};

	put_heading(writer, "Columns");
	put_list(writer, LIVE_PLAIN, columns, sizeof(columns) / sizeof(columns[0]));
	put_wrapped(
		writer, 1, LIVE_PLAIN,
		"K, M, G and T are powers of 1024. A group counts each page once: what an array "
		"has belongs to Arrays and to no other group.");
}

static void put_sign(struct writer *writer, enum live_style style, const uint32_t *signs,
		     size_t count, const char *text)
{
	uint32_t row, i;

	for (i = 0; i < count && row_of(writer, &row); i++)
		cells__set(writer->cells, row, 1 + i, style, signs[i]);
	put_wrapped(writer, LEFT_WIDTH + 1, LIVE_PLAIN, text);
}

static void put_signs(struct writer *writer)
{
	const struct signs *signs = signs_of(writer->state->signs);
	static const uint32_t none = ' ';

	put_heading(writer, "Signs");
	put_sign(writer, LIVE_PLAIN, signs->levels, HEAT_LEVELS,
		 "a share of the whole: of a heatmap's pages that are resident, and of the height "
		 "between the lowest and the highest RSS shown");
	if (signs->braille)
		put_wrapped(writer, LEFT_WIDTH + 1, LIVE_PLAIN,
			    "heatmaps have dots instead: two places a character, four dots high");
	put_sign(writer, LIVE_ZERO, &signs->zero, 1, "the zero page: was read, costs no memory");
	put_sign(writer, LIVE_ABSENT, &signs->absent, 1, "absent: nothing is there");
	put_sign(writer, LIVE_PLAIN, &signs->folded, 1, "holds rows that are folded away");
	put_sign(writer, LIVE_PLAIN, &signs->open, 1, "holds the rows below it");
	put_heading(writer, "Colours of a heatmap");
	put_text(writer, 1, LIVE_TOUCHED, "touched");
	put_sign(writer, LIVE_PLAIN, &none, 0, "resident, and touched while it was watched");
	put_text(writer, 1, LIVE_RESIDENT, "resident");
	put_sign(writer, LIVE_PLAIN, &none, 0, "resident, and not touched since");
}

static void put_losses(struct writer *writer, const struct losses *losses, const char *whose)
{
	char sentence[LOSS_SENTENCE_MAX], line[LOSS_SENTENCE_MAX + 64];
	int i;

	for (i = 0; i < LOSS_KINDS; i++) {
		if (!losses->count[i])
			continue;
		snprintf(line, sizeof(line), "%sINCOMPLETE: %s", whose,
			 loss_sentence((enum loss)i, losses->count[i], sentence));
		put_wrapped(writer, 1, LIVE_ALARM, line);
	}
}

static void put_process(struct writer *writer, const struct process_header *header)
{
	char whose[48], missing[TEXT_BYTES], line[TEXT_BYTES];

	snprintf(whose, sizeof(whose), "process %" PRIu32 ": ", header->facts.pid);
	put_losses(writer, &header->losses, whose);
	if (!header->names_missing.length)
		return;
	snprintf(line, sizeof(line), "%s%.900s", whose,
		 format_line(header->names_missing.text, missing, sizeof(missing)));
	put_wrapped(writer, 1, LIVE_PLAIN, line);
}

static void put_messages(struct writer *writer)
{
	const struct messages *messages = &writer->state->messages;
	const struct picture *picture = writer->state->picture;
	uint32_t before;
	size_t i;

	put_heading(writer, "Messages");
	before = writer->line;
	if (picture)
		put_losses(writer, &picture->moment.header.losses, "");
	for (i = 0; picture && i < picture->moment.process_count; i++)
		put_process(writer, &picture->moment.processes[i].header);
	for (i = 0; i < messages->count; i++)
		put_wrapped(writer, 1, LIVE_PLAIN, messages->lines[i]);
	if (writer->line == before)
		put_wrapped(writer, 1, LIVE_DIM, "none");
}

static uint32_t write_page(const struct live_state *state, struct cells *cells)
{
	struct writer writer = { .state = state, .cells = cells };

	if (state->page == PAGE_MESSAGES) {
		put_messages(&writer);
	} else {
		put_keys(&writer);
		put_opened_keys(&writer);
		put_columns(&writer);
		put_first_line(&writer);
		put_signs(&writer);
	}
	return writer.line;
}

void page_draw(const struct live_state *state, struct cells *cells)
{
	write_page(state, cells);
}

uint32_t page_lines(const struct live_state *state)
{
	return write_page(state, NULL);
}

uint32_t page_room(const struct live_state *state)
{
	return state->rows > 2 ? state->rows - 2 : 1;
}
