/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of render/chart* share. Lengths are points. */
#ifndef RENDER_CHART_PRIV_H
#define RENDER_CHART_PRIV_H

#include "model/rows/snapshot.h"
#include "render/chart_cairo.h"
#include "render/heat_cell.h"

#define CHART_WIDTH 720
#define CHART_MARGIN 24
#define CHART_RIGHT (CHART_WIDTH - CHART_MARGIN)
#define CHART_CELLS 64u /* as in the JSON */
#define CHART_CELL_WIDTH 5
#define CHART_STRIP_HEIGHT 11
#define CHART_STRIP_X (CHART_RIGHT - (int)CHART_CELLS * CHART_CELL_WIDTH)
#define CHART_LINE 15

/* Rows of a process, processes of a picture, moments of a curve: the others are counted. */
#define CHART_ROWS_MAX 40u
#define CHART_PROCESSES_MAX 8u
#define CHART_POINTS_MAX 10000u
#define CHART_TEXT_MAX 1024u

enum chart_ink {
	INK_PAPER,
	INK_TEXT,
	INK_DIM,
	INK_RULE,
	INK_ALARM,
	INK_ABSENT,
	INK_ZERO,
	INK_RESIDENT,
	INK_TOUCHED,
	INK_CURVE,
	INK_BELOW_CURVE,
	INK_PEAK,
};

enum chart_font { FONT_PLAIN, FONT_SMALL, FONT_TITLE, FONT_BOLD, FONT_NAME };

struct chart_point {
	uint64_t ns;	  /* since the start of the watch */
	uint64_t bytes;	  /* RSS of all processes */
	char *checkpoint; /* its name, safe, of a moment at one; owned */
};

struct chart {
	const struct cairo_calls *calls;
	cairo_t *cairo;
	const struct snapshot *snapshot;
	const struct view *view;
	uint64_t page_bytes;
	double y; /* the top of what comes next */
	const struct chart_point *points;
	size_t point_count;
	size_t moment_count; /* of which the points are some */
	size_t moment;	     /* the one whose rows are drawn */
};

/* chart_ink.c */
void chart_ink(const struct chart *chart, enum chart_ink ink);
void chart_font(const struct chart *chart, enum chart_font font);
double chart_text_width(const struct chart *chart, const char *text);

/*
 * Text in the present ink and font, in the line at chart->y, from x or up to it. It is safe
 * (base/format.h), and what is wider than that is cut.
 */
void chart_text(const struct chart *chart, double x, double width, const char *text);
void chart_text_right(const struct chart *chart, double x, const char *text);

/* Words in as many lines as they need, below each other. */
void chart_words(struct chart *chart, const char *words);

void chart_box(const struct chart *chart, enum chart_ink ink, double x, double y, double width,
	       double height);
void chart_rule(const struct chart *chart, double x, double y, double width);

/* chart_heat.c: CHART_CELLS cells in the line at chart->y, and what they mean. */
void chart_heat(const struct chart *chart, const struct heat *heat);
void chart_legend(struct chart *chart, bool touches);

/* chart_rows.c: 0 or -errno. */
int chart_rows(struct chart *chart, const struct process_snapshot *process);

/* chart_curve.c: nothing if there is one moment. */
void chart_curve(struct chart *chart);

/* chart_page.c: all of it, and the picture's height in chart->y. 0 or -errno. */
int chart_page(struct chart *chart);

#endif
