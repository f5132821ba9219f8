/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The heatmap of a row: how many pages are resident, which were touched, which read as zero. */
#include <string.h>

#include "render/text_priv.h"

struct glyphs {
	const char *levels[HEAT_LEVELS];
	const char *zero;
	const char *absent;
};

static const struct glyphs unicode_glyphs = {
	{ "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588" },
	"\u2591",
	"\u00b7",
};

static const struct glyphs ascii_glyphs = {
	{ "1", "2", "3", "4", "5", "6", "7", "#" },
	"z",
	".",
};

static const struct glyphs *glyphs_of(const struct text *text)
{
	return text->view->unicode ? &unicode_glyphs : &ascii_glyphs;
}

static enum text_style style_of(const struct heat_cell *cell)
{
	if (cell->resident)
		return cell->touched ? STYLE_TOUCHED : STYLE_RESIDENT;
	return cell->zero ? STYLE_ZERO : STYLE_DIM;
}

void text_cell(const struct text *text, const struct heat_cell *cell, enum text_style *style)
{
	const struct glyphs *glyphs = glyphs_of(text);

	if (style_of(cell) != *style) {
		text_style(text, STYLE_PLAIN);
		*style = style_of(cell);
		text_style(text, *style);
	}
	fputs(cell->resident ? glyphs->levels[heat_cell_level(cell)]
	      : cell->zero   ? glyphs->zero
			     : glyphs->absent,
	      text->out);
}

void text_heat(const struct text *text, const struct heat *heat)
{
	enum text_style style = STYLE_PLAIN;
	uint32_t column;

	if (!heat->cells)
		return;
	for (column = 0; column < text->layout.heat_width; column++) {
		struct heat_cell cell = heat_cell_of(heat, column, text->layout.heat_width);

		text_cell(text, &cell, &style);
	}
	text_style(text, STYLE_PLAIN);
}

/* Entries are on one line as long as there is room. */
static void put_entry(const struct text *text, uint32_t *column, enum text_style style,
		      const char *glyph, const char *meaning)
{
	uint32_t columns = (uint32_t)strlen(meaning) + (*glyph ? 2 : 0);

	if (*column && *column + 2 + columns > text->view->width) {
		fputc('\n', text->out);
		*column = 0;
	}
	fprintf(text->out, "%*s", *column ? 2 : 0, "");
	*column += columns + (*column ? 2 : 0);
	text_style(text, style);
	fprintf(text->out, "%s%s", glyph, *glyph ? " " : "");
	if (*glyph)
		text_style(text, STYLE_PLAIN);
	fputs(meaning, text->out);
	text_style(text, STYLE_PLAIN);
}

/* The character says how full a cell is, the colour whether anything in it was touched. */
void text_legend(const struct text *text)
{
	const struct glyphs *glyphs = glyphs_of(text);
	bool touches = text->process->header.faults_known && text->view->color;
	uint32_t column = 0;

	put_entry(text, &column, STYLE_PLAIN, glyphs->levels[0], "partly resident");
	put_entry(text, &column, STYLE_PLAIN, glyphs->levels[HEAT_LEVELS - 1], "all resident");
	if (touches) {
		put_entry(text, &column, STYLE_TOUCHED, "", "touched");
		put_entry(text, &column, STYLE_RESIDENT, "", "not touched");
	}
	put_entry(text, &column, STYLE_ZERO, glyphs->zero, "zero page");
	put_entry(text, &column, STYLE_DIM, glyphs->absent, "absent");
	fputc('\n', text->out);
}
