/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Heatmaps: each cell is a column whose parts are as high as their share of the cell's pages. */
#include <stdbool.h>

#include "render/chart_priv.h"

/* Half points, which are the pixels of a PNG. */
#define STEPS (2u * CHART_STRIP_HEIGHT)

struct column {
	uint32_t resident; /* in steps above the bottom */
	uint32_t zero;	   /* where the zero pages above the resident ones end */
	bool touched;
};

static uint32_t steps_of(uint64_t pages, uint64_t all)
{
	uint32_t steps = all ? (uint32_t)(pages * STEPS / all) : 0;

	return pages && !steps ? 1 : steps;
}

/* One page shows as something, and only a full cell is full. */
static struct column column_of(const struct heat_cell *cell)
{
	struct column column = { steps_of(cell->resident, cell->all),
				 steps_of(cell->resident + cell->zero, cell->all),
				 cell->touched > 0 };

	if (cell->zero && column.zero == column.resident) {
		if (column.zero + 1 < STEPS)
			column.zero++;
		else
			column.resident--;
	}
	return column;
}

/* From `from` to `to` steps above the bottom, in the cells [first, end). */
static void put_part(const struct chart *chart, enum chart_ink ink, uint32_t first, uint32_t end,
		     uint32_t from, uint32_t to)
{
	if (to > from)
		chart_box(chart, ink, CHART_STRIP_X + (int)first * CHART_CELL_WIDTH,
			  chart->y + CHART_STRIP_HEIGHT - to / 2.0,
			  (int)(end - first) * CHART_CELL_WIDTH, (to - from) / 2.0);
}

/* Equal cells beside each other are one box: no viewer shows seams there. */
void chart_heat(const struct chart *chart, const struct heat *heat)
{
	uint32_t i, first = 0;
	struct column columns[CHART_CELLS];

	if (!heat->cells)
		return;
	for (i = 0; i < CHART_CELLS; i++) {
		struct heat_cell cell = heat_cell_of(heat, i, CHART_CELLS);

		columns[i] = column_of(&cell);
	}
	chart->calls->set_antialias(chart->cairo, CAIRO_ANTIALIAS_NONE);
	put_part(chart, INK_ABSENT, 0, CHART_CELLS, 0, STEPS);
	for (i = 1; i <= CHART_CELLS; i++) {
		const struct column *column = &columns[first];

		if (i < CHART_CELLS && columns[i].resident == column->resident &&
		    columns[i].zero == column->zero && columns[i].touched == column->touched)
			continue;
		put_part(chart, column->touched ? INK_TOUCHED : INK_RESIDENT, first, i, 0,
			 column->resident);
		put_part(chart, INK_ZERO, first, i, column->resident, column->zero);
		first = i;
	}
	chart->calls->set_antialias(chart->cairo, CAIRO_ANTIALIAS_DEFAULT);
}

static void put_entry(const struct chart *chart, double *x, enum chart_ink ink, const char *meaning)
{
	chart_box(chart, ink, *x, chart->y + 2.5, 8, 8);
	chart_ink(chart, INK_DIM);
	chart_text(chart, *x + 12, CHART_RIGHT - *x, meaning);
	*x += chart_text_width(chart, meaning) + 26;
}

void chart_legend(struct chart *chart, bool touches)
{
	double x = CHART_MARGIN;

	chart_font(chart, FONT_PLAIN);
	if (touches)
		put_entry(chart, &x, INK_TOUCHED, "resident, some of it touched");
	put_entry(chart, &x, INK_RESIDENT, touches ? "resident, none of it touched" : "resident");
	put_entry(chart, &x, INK_ZERO, "zero page");
	put_entry(chart, &x, INK_ABSENT, "absent");
	chart_text_right(chart, CHART_RIGHT, "height: the share of a cell's pages");
	chart->y += CHART_LINE;
}
