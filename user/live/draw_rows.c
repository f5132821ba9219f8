/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The list: a line a row. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "live/draw.h"
#include "live/figures.h"
#include "live/layout.h"
#include "render/name_cut.h"

#define NAME_BYTES 1100
#define INDENT_MAX 8u

static void draw_titles(const struct live_state *state, const struct live_layout *layout,
			struct cells *cells)
{
	uint32_t row = LIVE_LIST_ROW - 1;
	int i;

	for (i = 0; i < LIVE_COLUMNS; i++) {
		enum live_column column = (enum live_column)i;
		uint32_t at = layout->columns[i].at, width = layout->columns[i].width;
		bool sorted = live_column_order(column) == state->order;

		if (i == LIVE_COLUMN_NAME || i >= LIVE_COLUMN_MARKS)
			cells__put(cells, row, at, width, sorted ? LIVE_KEY : LIVE_BAR,
				   live_column_title(column));
		else if (width)
			cells__put_right(cells, row, at, width, sorted ? LIVE_KEY : LIVE_BAR,
					 live_column_title(column));
	}
	cells__paint_row(cells, row, LIVE_BAR);
}

static void draw_name(const struct live_state *state, const struct list_row *row,
		      const struct item *item, uint32_t line, uint32_t width, struct cells *cells)
{
	const struct signs *signs = signs_of(state->signs);
	uint32_t indent = row->depth < INDENT_MAX ? row->depth : INDENT_MAX;
	enum live_style style = item->key.kind == ITEM_GROUP || item->key.kind == ITEM_PROCESS
					? LIVE_STRONG
					: LIVE_PLAIN;
	char cut[NAME_BYTES], counted[NAME_BYTES + 32];
	const char *name = item->name;

	/* A flat list has no room for signs, and needs none. */
	indent = state->flat ? 0 : indent + 2;
	if (indent >= width)
		return;
	if (row->holds)
		cells__set(cells, line, indent - 2, LIVE_PLAIN,
			   row->open ? signs->open : signs->folded);
	if (item->count) {
		snprintf(counted, sizeof(counted), "%s (%" PRIu64 ")", name, item->count);
		name = counted;
	}
	name_cut(name, item->differs, width - indent, cut, sizeof(cut));
	cells__put(cells, line, indent, width - indent, style, cut);
}

static void draw_marks(const struct item *item, uint32_t line, uint32_t at, struct cells *cells)
{
	static const char letters[] = "FSHW";
	uint32_t i;

	for (i = 0; letters[i]; i++) {
		if (item->marks & 1u << i)
			cells__set(cells, line, at + i, LIVE_PLAIN, (uint32_t)letters[i]);
	}
}

static const char *figure_of(const struct live_state *state, const struct item *item,
			     enum live_column column, enum live_style *style,
			     char buffer[FIGURE_MAX])
{
	*style = LIVE_PLAIN;
	switch (column) {
	case LIVE_COLUMN_SPAN:
		return figure_bytes(item->span, buffer);
	case LIVE_COLUMN_RESIDENT:
		return figure_bytes(item->resident, buffer);
	case LIVE_COLUMN_CHANGE:
		if (!item->rates_known)
			return "";
		*style = item->change > 0 ? LIVE_GROWS : item->change < 0 ? LIVE_SHRINKS : LIVE_DIM;
		return figure_change(item->change, buffer);
	case LIVE_COLUMN_TOUCH_RATE:
		if (!item->rates_known || !state->touches || !item->process->header.faults_known)
			return "";
		*style = item->touch_rate ? LIVE_PLAIN : LIVE_DIM;
		return figure_bytes(item->touch_rate, buffer);
	default:
		return "";
	}
}

static void draw_figures(const struct live_state *state, const struct live_layout *layout,
			 const struct item *item, uint32_t line, struct cells *cells)
{
	int i;

	for (i = LIVE_COLUMN_SPAN; i <= LIVE_COLUMN_TOUCH_RATE; i++) {
		char buffer[FIGURE_MAX];
		enum live_style style;
		const char *figure = figure_of(state, item, (enum live_column)i, &style, buffer);

		if (layout->columns[i].width)
			cells__put_right(cells, line, layout->columns[i].at,
					 layout->columns[i].width, style, figure);
	}
}

static int draw_heat(const struct live_state *state, struct item *item, uint32_t line, uint32_t at,
		     uint32_t width, struct cells *cells)
{
	const struct signs *signs = signs_of(state->signs);
	uint32_t cells_each = signs__cells(signs), column, i;
	int err = picture__heat(state->picture, item, width * cells_each);

	for (column = 0; !err && item->heat.cells && column < width; column++) {
		struct heat_cell of[2];
		enum live_style style;
		uint32_t sign;

		for (i = 0; i < cells_each; i++)
			of[i] = heat_cell_of(&item->heat, column * cells_each + i,
					     width * cells_each);
		sign = signs__heat(signs, of, &style);
		cells__set(cells, line, at + column, style, sign);
	}
	return err;
}

static int draw_row(const struct live_state *state, const struct live_layout *layout, size_t index,
		    uint32_t line, struct cells *cells)
{
	const struct list_row *row = &state->list.rows[index];
	struct item *item = &state->picture->items[row->item];
	uint32_t width = layout->columns[LIVE_COLUMN_HEAT].width;
	int err = 0;

	draw_name(state, row, item, line, layout->columns[LIVE_COLUMN_NAME].width, cells);
	draw_figures(state, layout, item, line, cells);
	if (layout->columns[LIVE_COLUMN_MARKS].width)
		draw_marks(item, line, layout->columns[LIVE_COLUMN_MARKS].at, cells);
	if (width)
		err = draw_heat(state, item, line, layout->columns[LIVE_COLUMN_HEAT].at, width,
				cells);
	if (index == state->at)
		cells__mark_row(cells, line);
	return err;
}

int draw_rows(const struct live_state *state, struct cells *cells)
{
	struct live_layout layout = live_layout(state->columns, state->touches);
	uint32_t rows = live_state__list_rows(state), i;
	int err = 0;

	draw_titles(state, &layout, cells);
	for (i = 0; !err && i < rows && state->top + i < state->list.count; i++)
		err = draw_row(state, &layout, state->top + i, LIVE_LIST_ROW + i, cells);
	if (!state->list.count && state->picture)
		cells__put(cells, LIVE_LIST_ROW, 0, state->columns, LIVE_DIM,
			   *state->filter ? "no name has this in it" : "nothing is mapped");
	return err;
}
