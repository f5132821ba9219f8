/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/name_cut.h"

int cells__resize(struct cells *cells, uint32_t rows, uint32_t columns)
{
	free(cells->cells);
	cells->rows = cells->columns = 0;
	cells->cells = calloc((size_t)rows * columns + 1, sizeof(*cells->cells));
	if (!cells->cells)
		return -ENOMEM;
	cells->rows = rows;
	cells->columns = columns;
	cells__clear(cells);
	return 0;
}

void cells__deinit(struct cells *cells)
{
	free(cells->cells);
	memset(cells, 0, sizeof(*cells));
}

void cells__clear(struct cells *cells)
{
	size_t i, count = (size_t)cells->rows * cells->columns;

	for (i = 0; i < count; i++)
		cells->cells[i] = (struct live_cell){ .character = ' ' };
}

static struct live_cell *cell_at(struct cells *cells, uint32_t row, uint32_t column)
{
	if (row >= cells->rows || column >= cells->columns)
		return NULL;
	return &cells->cells[(size_t)row * cells->columns + column];
}

void cells__set(struct cells *cells, uint32_t row, uint32_t column, enum live_style style,
		uint32_t character)
{
	struct live_cell *cell = cell_at(cells, row, column);

	if (!cell)
		return;
	cell->character = character;
	memset(cell->marks, 0, sizeof(cell->marks));
	cell->style = (uint16_t)style;
}

/* Of a character of two columns the first one has it. */
static void set_mark(struct cells *cells, uint32_t row, uint32_t column, uint32_t mark)
{
	struct live_cell *cell = column ? cell_at(cells, row, column - 1) : NULL;
	uint32_t i = 0;

	if (cell && !cell->character && column > 1)
		cell--;
	if (!cell || !cells->unicode)
		return;
	while (i < CELL_MARKS && cell->marks[i])
		i++;
	if (i < CELL_MARKS)
		cell->marks[i] = mark;
}

/* A character of two columns has the second one, too, or is not shown at the edge. */
static void set_glyph(struct cells *cells, uint32_t row, uint32_t column, enum live_style style,
		      const struct glyph *glyph)
{
	uint32_t i;

	if (glyph->character > 0x7e && !cells->unicode) {
		for (i = 0; i < glyph->columns; i++)
			cells__set(cells, row, column + i, style, '?');
	} else if (glyph->columns == 2 && column + 1 < cells->columns) {
		cells__set(cells, row, column, style, glyph->character);
		cells__set(cells, row, column + 1, style, 0);
	} else {
		cells__set(cells, row, column, style, glyph->columns == 1 ? glyph->character : ' ');
	}
}

uint32_t cells__put(struct cells *cells, uint32_t row, uint32_t column, uint32_t width,
		    enum live_style style, const char *text)
{
	uint32_t done = 0;

	while (*text) {
		struct glyph glyph = glyph_at(text);

		if (done + glyph.columns > width)
			break;
		if (glyph.columns)
			set_glyph(cells, row, column + done, style, &glyph);
		else if (done)
			set_mark(cells, row, column + done, glyph.character);
		done += glyph.columns;
		text += glyph.length;
	}
	return done;
}

void cells__put_right(struct cells *cells, uint32_t row, uint32_t column, uint32_t width,
		      enum live_style style, const char *text)
{
	uint32_t length = (uint32_t)strlen(text);
	uint32_t left = length < width ? width - length : 0;

	cells__put(cells, row, column + left, width - left, style, text);
}

void cells__paint_row(struct cells *cells, uint32_t row, enum live_style style)
{
	uint32_t i;

	for (i = 0; i < cells->columns && row < cells->rows; i++) {
		struct live_cell *cell = cell_at(cells, row, i);

		if (cell->style == LIVE_PLAIN)
			cell->style = (uint16_t)style;
	}
}

void cells__mark_row(struct cells *cells, uint32_t row)
{
	uint32_t i;

	for (i = 0; i < cells->columns && row < cells->rows; i++)
		cell_at(cells, row, i)->cursor = 1;
}

void cells__mark(struct cells *cells, uint32_t row, uint32_t column)
{
	struct live_cell *cell = cell_at(cells, row, column);

	if (cell)
		cell->cursor = 1;
}
