/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Colours, text, boxes and lines. */
#include <string.h>

#include "render/chart_priv.h"
#include "render/name_cut.h"

#define BASELINE 9.5 /* below the top of a line */

/* Of pages those of the live view and the page: Okabe and Ito's, which all can tell apart. */
static const uint32_t inks[] = {
	[INK_PAPER] = 0xffffff, [INK_TEXT] = 0x1b1b1b,	      [INK_DIM] = 0x5c5c5c,
	[INK_RULE] = 0xc4c4c4,	[INK_ALARM] = 0xb34700,	      [INK_ABSENT] = 0xebebeb,
	[INK_ZERO] = 0x009e73,	[INK_RESIDENT] = 0x56b4e9,    [INK_TOUCHED] = 0xe69f00,
	[INK_CURVE] = 0x0072b2, [INK_BELOW_CURVE] = 0xdcebf7, [INK_PEAK] = 0xd55e00,
};

static const struct {
	const char *family;
	cairo_font_weight_t weight;
	double size;
} fonts[] = {
	[FONT_PLAIN] = { "sans-serif", CAIRO_FONT_WEIGHT_NORMAL, 8 },
	[FONT_SMALL] = { "sans-serif", CAIRO_FONT_WEIGHT_NORMAL, 7 },
	[FONT_TITLE] = { "sans-serif", CAIRO_FONT_WEIGHT_BOLD, 12 },
	[FONT_BOLD] = { "sans-serif", CAIRO_FONT_WEIGHT_BOLD, 8 },
	[FONT_NAME] = { "monospace", CAIRO_FONT_WEIGHT_NORMAL, 8 },
};

void chart_ink(const struct chart *chart, enum chart_ink ink)
{
	uint32_t rgb = inks[ink];

	chart->calls->set_source_rgb(chart->cairo, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0,
				     (rgb & 255) / 255.0);
}

void chart_font(const struct chart *chart, enum chart_font font)
{
	chart->calls->select_font_face(chart->cairo, fonts[font].family, CAIRO_FONT_SLANT_NORMAL,
				       fonts[font].weight);
	chart->calls->set_font_size(chart->cairo, fonts[font].size);
}

double chart_text_width(const struct chart *chart, const char *text)
{
	cairo_text_extents_t extents;

	chart->calls->text_extents(chart->cairo, text, &extents);
	return extents.x_advance;
}

static void show_at(const struct chart *chart, double x, const char *text)
{
	chart->calls->move_to(chart->cairo, x, chart->y + BASELINE);
	chart->calls->show_text(chart->cairo, text);
}

void chart_text(const struct chart *chart, double x, double width, const char *text)
{
	double needed = chart_text_width(chart, text);
	char cut[CHART_TEXT_MAX];

	if (needed <= width) {
		show_at(chart, x, text);
		return;
	}
	name_cut(text, 0, (uint32_t)(name_columns(text) * width / needed), cut, sizeof(cut));
	chart->calls->save(chart->cairo);
	chart->calls->rectangle(chart->cairo, x, chart->y - CHART_LINE, width, 3 * CHART_LINE);
	chart->calls->clip(chart->cairo);
	show_at(chart, x, cut);
	chart->calls->restore(chart->cairo);
}

void chart_text_right(const struct chart *chart, double x, const char *text)
{
	show_at(chart, x - chart_text_width(chart, text), text);
}

/* How many bytes of the words a line has room for, at a blank if there is one. */
static size_t bytes_of_line(const struct chart *chart, const char *words, double width)
{
	char line[CHART_TEXT_MAX];
	size_t fits = 0, at = 0;

	while (words[at]) {
		at += strcspn(words + at + 1, " ") + 1;
		if (at >= sizeof(line))
			break;
		memcpy(line, words, at);
		line[at] = '\0';
		if (fits && chart_text_width(chart, line) > width)
			break;
		fits = at;
	}
	return fits ? fits : strlen(words);
}

void chart_words(struct chart *chart, const char *words)
{
	const double width = CHART_RIGHT - CHART_MARGIN;
	char line[CHART_TEXT_MAX];

	while (*words) {
		size_t length = bytes_of_line(chart, words, width);

		if (length < sizeof(line)) {
			memcpy(line, words, length);
			line[length] = '\0';
			chart_text(chart, CHART_MARGIN, width, line);
		}
		chart->y += CHART_LINE - 3;
		words += length;
		words += strspn(words, " ");
	}
}

void chart_box(const struct chart *chart, enum chart_ink ink, double x, double y, double width,
	       double height)
{
	chart_ink(chart, ink);
	chart->calls->rectangle(chart->cairo, x, y, width, height);
	chart->calls->fill(chart->cairo);
}

void chart_rule(const struct chart *chart, double x, double y, double width)
{
	chart_box(chart, INK_RULE, x, y, width, 0.5);
}
