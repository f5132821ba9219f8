/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The opened row: its cells, its legend, and what is said of it. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "live/draw.h"
#include "live/figures.h"
#include "live/zoom.h"
#include "render/name_cut.h"

#define NAME_BYTES 1100
#define NAME_LEAST 12u
#define LEGEND_PIECE 48
#define NAMED 60u /* columns from which on the legend says what colours tell */

static void add_shape(struct text_buffer *text, const struct item *item)
{
	const struct array_shape *shape = item->array ? item->array->desc.shape : NULL;
	char dtype[64], figure[FIGURE_MAX];
	uint32_t i;

	text_buffer__addf(text, "  %s", figure_bytes(item->span, figure));
	if (!shape)
		return;
	text_buffer__addf(text, " %s ", format_name(shape->dtype, dtype, sizeof(dtype)));
	for (i = 0; i < shape->ndim && i < 4; i++)
		text_buffer__addf(text, "%s%" PRId64, i ? "x" : "", shape->dims[i]);
	if (shape->ndim > 4)
		text_buffer__add(text, "x..");
}

/* What of it is on the screen, and how large a cell is. */
static void add_window(struct text_buffer *text, const struct window *window)
{
	const struct axis *rows = &window->axes[AXIS_ROWS], *columns = &window->axes[AXIS_COLUMNS];
	uint64_t shown, wide = window__columns(window), high = window__rows(window);

	if (window->grid) {
		text_buffer__addf(text,
				  "[%" PRIu64 ":%" PRIu64 ", %" PRIu64 ":%" PRIu64
				  "]  cell %" PRIu64 "x%" PRIu64,
				  rows->first, rows->first + rows->count, columns->first,
				  columns->first + columns->count,
				  rows->count / high + (rows->count % high != 0),
				  columns->count / wide + (columns->count % wide != 0));
		return;
	}
	shown = (uint64_t)window->room[0] * window->room[1] * window->each;
	if (shown > window->pages - window->first)
		shown = window->pages - window->first;
	text_buffer__addf(text, "page %" PRIu64 ":%" PRIu64 "  cell %" PRIu64 " page%s",
			  window->first, window->first + shown, window->each,
			  window->each == 1 ? "" : "s");
}

static uint32_t put_right(struct cells *cells, uint32_t row, uint32_t end, enum live_style style,
			  const char *text)
{
	uint32_t columns = name_columns(text);

	if (columns + NAME_LEAST > end)
		return end;
	cells__put(cells, row, end - columns, columns, style, text);
	return end - columns - 2;
}

static void draw_title(const struct live_state *state, const struct item *item, struct cells *cells)
{
	char words[256], cut[NAME_BYTES];
	struct text_buffer text = text_buffer__over(words, sizeof(words));
	uint32_t end = state->columns, at;

	add_window(&text, &state->zoom->window);
	if (state->zoom->scattered)
		text_buffer__add(&text, "  too scattered for rows");
	end = put_right(cells, 1, end, LIVE_BAR, words);
	text = text_buffer__over(words, sizeof(words));
	add_shape(&text, item);
	at = name_columns(words) + NAME_LEAST < end ? end - name_columns(words) : end;
	name_cut(item->name, item->differs, at, cut, sizeof(cut));
	at = cells__put(cells, 1, 0, at, LIVE_BAR, cut);
	if (at + name_columns(words) <= end)
		cells__put(cells, 1, at, end - at, LIVE_BAR, words);
	cells__paint_row(cells, 1, LIVE_BAR);
}

/* The shade of most resident pages, or of most others; SHADES_MAX: all are absent. */
static uint32_t main_shade(const struct shades *shades, const uint64_t sum[1 + SHADES_MAX])
{
	uint32_t best = SHADES_MAX, i;

	for (i = SHADE_UNTOUCHED; i < shades->count; i++) {
		if (sum[1 + i] && (best == SHADES_MAX || sum[1 + i] > sum[1 + best]))
			best = i;
	}
	for (i = SHADE_ZERO; best == SHADES_MAX && i < SHADE_UNTOUCHED; i++) {
		if (sum[1 + i] > sum[2 - i])
			best = i;
	}
	if (best == SHADES_MAX && sum[1 + SHADE_ZERO])
		best = SHADE_ZERO;
	return best;
}

static struct heat_cell heat_of(const struct shades *shades, const uint64_t sum[1 + SHADES_MAX])
{
	struct heat_cell cell = { .all = sum[0], .zero = sum[1 + SHADE_ZERO] };
	uint32_t i;

	for (i = SHADE_UNTOUCHED; i < shades->count; i++)
		cell.resident += sum[1 + i];
	return cell;
}

struct painter {
	const struct live_state *state;
	const struct signs *signs;
	struct cells *cells;
	struct box canvas;
	uint32_t each;	    /* cells a character */
	uint32_t counts[2]; /* rows and columns of cells */
};

/* A character of one cell or two, which are all there is of it. */
static void paint_character(const struct painter *painter, uint32_t line, uint32_t column,
			    uint64_t sums[2][1 + SHADES_MAX])
{
	const struct shades *shades = &painter->state->zoom->shades;
	struct heat_cell of[2] = { heat_of(shades, sums[0]), heat_of(shades, sums[1]) };
	uint64_t all[1 + SHADES_MAX];
	enum live_style style;
	uint32_t sign, shade, i;

	for (i = 0; i <= SHADES_MAX; i++)
		all[i] = sums[0][i] + sums[1][i];
	if (!all[0])
		return;
	shade = main_shade(shades, all);
	sign = signs__heat(painter->signs, of, &style);
	if (shade == SHADE_SWAPPED)
		sign = 'w';
	else if (shade >= SHADE_UNTOUCHED && shade < SHADES_MAX && zoom__letters(painter->state))
		sign = of[0].resident < of[0].all ? (uint32_t)tolower((int)shades->of[shade].letter)
						  : shades->of[shade].letter;
	cells__set(painter->cells, painter->canvas.row + line, painter->canvas.column + column,
		   shade == SHADES_MAX ? LIVE_ABSENT : shades->of[shade].style, sign);
}

/* Few cells are stretched over the room; those of pages are not. */
static uint32_t cell_at(const struct painter *painter, int axis, uint32_t place)
{
	const struct window *window = &painter->state->zoom->window;

	if (!window->grid)
		return place;
	return (uint32_t)((uint64_t)place * painter->counts[axis] / window->room[axis]);
}

static void paint_place(const struct painter *painter, uint32_t line, uint32_t column)
{
	const struct zoom *zoom = painter->state->zoom;
	uint32_t row = cell_at(painter, AXIS_ROWS, line), i;
	uint64_t sums[2][1 + SHADES_MAX] = { { 0 } };
	bool marked = false;

	for (i = 0; i < painter->each; i++) {
		uint32_t cell = cell_at(painter, AXIS_COLUMNS, column * painter->each + i);

		field__add(&zoom->field, row, cell, sums[i]);
		marked |= row == zoom->window.cursor[0] && cell == zoom->window.cursor[1];
	}
	paint_character(painter, line, column, sums);
	if (marked)
		cells__mark(painter->cells, painter->canvas.row + line,
			    painter->canvas.column + column);
}

static void draw_canvas(const struct live_state *state, struct box canvas, struct cells *cells)
{
	const struct window *window = &state->zoom->window;
	bool dots = zoom__cells(state) > 1 || state->signs != SIGNS_BRAILLE;
	const struct painter painter = {
		.state = state,
		.signs = signs_of(dots ? state->signs : SIGNS_BLOCKS),
		.cells = cells,
		.canvas = canvas,
		.each = zoom__cells(state),
		.counts = { window__rows(window), window__columns(window) },
	};
	uint32_t line, column;

	for (line = 0; line < canvas.rows; line++) {
		for (column = 0; column < canvas.columns; column++)
			paint_place(&painter, line, column);
	}
}

/* The pieces of a legend, in as many lines as there is room for. */
struct legend {
	struct cells *cells;
	struct box box;
	uint32_t line, at;
};

static void put_piece(struct legend *legend, enum live_style style, const uint32_t *signs,
		      uint32_t count, const char *text)
{
	uint32_t columns = count + (count != 0) + name_columns(text), i;

	if (legend->at && legend->at + columns > legend->box.columns) {
		legend->line++;
		legend->at = 0;
	}
	if (legend->line >= legend->box.rows)
		return;
	for (i = 0; i < count; i++)
		cells__set(legend->cells, legend->box.row + legend->line, legend->at + i, style,
			   signs[i]);
	cells__put(legend->cells, legend->box.row + legend->line,
		   legend->at + columns - name_columns(text), legend->box.columns,
		   count ? LIVE_PLAIN : style, text);
	legend->at += columns + 2;
}

static void put_shade(struct legend *legend, const struct live_state *state, uint32_t shade)
{
	const struct signs *signs = signs_of(state->signs);
	const struct shade *of = &state->zoom->shades.of[shade];
	uint32_t sign = zoom__letters(state) ? of->letter : signs->levels[HEAT_LEVELS - 1];

	if (shade == SHADE_ZERO)
		sign = signs->zero;
	else if (shade == SHADE_SWAPPED)
		sign = 'w';
	put_piece(legend, of->style, &sign, 1, of->text);
}

/* Resident pages first; the kinds of pages leave none that is only "not touched". */
static void draw_legend(const struct live_state *state, struct box box, struct cells *cells)
{
	const struct shades *shades = &state->zoom->shades;
	const struct signs *signs = signs_of(state->signs);
	struct legend legend = { cells, box, 0, 0 };
	char by[LEGEND_PIECE];
	uint32_t i;

	snprintf(by, sizeof(by), "by %s", live_colour_name(shades->colour));
	if (box.columns >= NAMED)
		put_piece(&legend, LIVE_STRONG, NULL, 0, by);
	for (i = SHADE_FIRST; i < shades->count; i++)
		put_shade(&legend, state, i);
	if (shades->colour != COLOUR_STATE)
		put_shade(&legend, state, SHADE_UNTOUCHED);
	put_shade(&legend, state, SHADE_ZERO);
	put_shade(&legend, state, SHADE_SWAPPED);
	put_piece(&legend, LIVE_ABSENT, &signs->absent, 1, "absent");
	if (zoom__letters(state))
		put_piece(&legend, LIVE_PLAIN, NULL, 0, "small: in part");
	else if (!signs->braille)
		put_piece(&legend, LIVE_PLAIN, signs->levels, HEAT_LEVELS,
			  box.columns < 60 ? "share" : "share resident");
	else
		put_piece(&legend, LIVE_PLAIN, NULL, 0, "dots: share resident");
}

static int draw_cursor(const struct live_state *state, const struct item *item, struct box box,
		       struct cells *cells)
{
	char *text = box.rows ? zoom_cursor_text(state, item) : NULL;
	uint32_t line = 0;

	if (box.rows && !text)
		return -ENOMEM;
	if (text)
		wrap_text(cells, &box, &line, LIVE_STRONG, text);
	free(text);
	return 0;
}

static void draw_facts(const char *facts, const struct box *box, struct cells *cells)
{
	uint32_t line = 0;

	while (facts && *facts && line < box->rows) {
		size_t length = strcspn(facts, "\n");
		char *words = strndup(facts, length);

		if (!words)
			return;
		wrap_text(cells, box, &line, LIVE_PLAIN, words);
		free(words);
		facts += length + (facts[length] != '\0');
	}
}

int draw_zoom(const struct live_state *state, struct cells *cells)
{
	struct zoom_layout layout = zoom_layout(state->rows, state->columns);
	const struct item *item = zoom__item(state);
	int err = zoom__count(state);

	if (err || !item)
		return err;
	draw_title(state, item, cells);
	draw_canvas(state, layout.canvas, cells);
	draw_legend(state, layout.legend, cells);
	draw_facts(state->zoom->facts, &layout.facts, cells);
	return draw_cursor(state, item, layout.cursor, cells);
}
