/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* RSS over time, with its peak and the program's checkpoints. */
#include <inttypes.h>
#include <stdio.h>

#include "base/format.h"
#include "render/chart_priv.h"

#define HEIGHT 90
#define LEFT (CHART_MARGIN + 62)
#define WIDTH (CHART_RIGHT - LEFT)
#define DOTS_MAX 100u /* with more moments the line alone tells */

struct curve {
	struct chart *chart;
	double top;
	uint64_t first_ns, span_ns;
	uint64_t most; /* bytes */
	size_t peak;   /* the first point that has them */
};

/* Names of checkpoints, in lines below each other. */
#define LABEL_LINES 3u
#define LABEL_HEIGHT 10

struct labels {
	double free[LABEL_LINES]; /* from where on a line has room */
	size_t lines;		  /* in use */
	size_t left;		  /* names without room */
};

static struct curve curve_of(struct chart *chart)
{
	const struct chart_point *points = chart->points;
	struct curve curve = { .chart = chart,
			       .first_ns = points[0].ns,
			       .span_ns = points[chart->point_count - 1].ns - points[0].ns };
	size_t i;

	for (i = 0; i < chart->point_count; i++) {
		if (points[i].bytes > points[curve.peak].bytes)
			curve.peak = i;
	}
	curve.most = points[curve.peak].bytes;
	return curve;
}

static double x_at(const struct curve *curve, uint64_t ns)
{
	uint64_t since = ns > curve->first_ns ? ns - curve->first_ns : 0;
	double share = curve->span_ns ? (double)since / (double)curve->span_ns : 0;

	return LEFT + (share < 1 ? share : 1) * WIDTH;
}

static double x_of(const struct curve *curve, const struct chart_point *point)
{
	return x_at(curve, point->ns);
}

static double y_of(const struct curve *curve, const struct chart_point *point)
{
	double share = curve->most ? (double)point->bytes / (double)curve->most : 0;

	return curve->top + (1 - share) * HEIGHT;
}

static const char *format_seconds(uint64_t ns, char *buffer, size_t size)
{
	uint64_t ms = ns / 1000000u;

	snprintf(buffer, size, "%" PRIu64 ".%03" PRIu64 " s", ms / 1000, ms % 1000);
	return buffer;
}

static void put_path(const struct curve *curve)
{
	const struct chart *chart = curve->chart;
	size_t i;

	for (i = 0; i < chart->point_count; i++) {
		const struct chart_point *point = &chart->points[i];

		if (i)
			chart->calls->line_to(chart->cairo, x_of(curve, point), y_of(curve, point));
		else
			chart->calls->move_to(chart->cairo, x_of(curve, point), y_of(curve, point));
	}
}

static void put_line(const struct curve *curve)
{
	const struct chart *chart = curve->chart;
	double bottom = curve->top + HEIGHT;

	put_path(curve);
	chart->calls->line_to(chart->cairo, CHART_RIGHT, bottom);
	chart->calls->line_to(chart->cairo, LEFT, bottom);
	chart_ink(chart, INK_BELOW_CURVE);
	chart->calls->fill(chart->cairo);
	put_path(curve);
	chart_ink(chart, INK_CURVE);
	chart->calls->set_line_width(chart->cairo, 1.2);
	chart->calls->set_line_join(chart->cairo, CAIRO_LINE_JOIN_ROUND);
	chart->calls->stroke(chart->cairo);
}

static void put_dot(const struct curve *curve, enum chart_ink ink, size_t point, double size)
{
	chart_box(curve->chart, ink, x_of(curve, &curve->chart->points[point]) - size / 2,
		  y_of(curve, &curve->chart->points[point]) - size / 2, size, size);
}

static void put_dots(const struct curve *curve)
{
	size_t i;

	for (i = 0; curve->chart->point_count <= DOTS_MAX && i < curve->chart->point_count; i++)
		put_dot(curve, INK_CURVE, i, 3);
	put_dot(curve, INK_PEAK, curve->peak, 5);
}

static void put_axes(const struct curve *curve)
{
	struct chart *chart = curve->chart;
	char bytes[FORMAT_BYTES_MAX];
	int part;

	chart_font(chart, FONT_SMALL);
	for (part = 0; part <= 2; part++) {
		double y = curve->top + HEIGHT * (1 - part / 2.0);

		chart_rule(chart, LEFT, y, WIDTH);
		chart_ink(chart, INK_DIM);
		chart->y = y - CHART_LINE / 2.0 + 1;
		chart_text_right(
			chart, LEFT - 6,
			format_bytes(part == 1 ? curve->most / 2 : part / 2 * curve->most, bytes));
	}
}

/* Below a point, between the margins, in the first line that has room. Returns whether one had. */
static bool put_label(const struct curve *curve, const struct chart_point *point,
		      struct labels *labels)
{
	struct chart *chart = curve->chart;
	double width = chart_text_width(chart, point->checkpoint), x, top = chart->y;
	size_t line = 0;

	width = width < WIDTH / 3.0 ? width : WIDTH / 3.0;
	x = x_of(curve, point) - width / 2;
	x = x > LEFT ? x : LEFT;
	x = x + width < CHART_RIGHT ? x : CHART_RIGHT - width;
	while (line < LABEL_LINES && x < labels->free[line])
		line++;
	if (line == LABEL_LINES)
		return false;
	chart->y = top + (double)line * LABEL_HEIGHT;
	chart_text(chart, x, width, point->checkpoint);
	chart->y = top;
	labels->free[line] = x + width + 8;
	labels->lines = line + 1 > labels->lines ? line + 1 : labels->lines;
	return true;
}

/* Where the moment of the rows is, if that is not the last one. */
static void put_present(const struct curve *curve)
{
	const struct chart *chart = curve->chart;
	double x = x_at(curve, chart->snapshot->header.since_start_ns);

	if (chart->moment + 1 < chart->moment_count)
		chart_box(chart, INK_TEXT, x - 0.75, curve->top - 4, 1.5, HEIGHT + 7);
}

/* Dashed lines, and names where there is room. */
static struct labels put_checkpoints(const struct curve *curve)
{
	static const double dash[] = { 2, 2 };
	struct chart *chart = curve->chart;
	struct labels labels = { 0 };
	size_t i;

	chart_font(chart, FONT_SMALL);
	for (i = 0; i < chart->point_count; i++) {
		const struct chart_point *point = &chart->points[i];
		double x = x_of(curve, point);

		if (!point->checkpoint)
			continue;
		chart_ink(chart, INK_DIM);
		chart->calls->set_line_width(chart->cairo, 0.7);
		chart->calls->set_dash(chart->cairo, dash, 2, 0);
		chart->calls->move_to(chart->cairo, x, curve->top - 4);
		chart->calls->line_to(chart->cairo, x, curve->top + HEIGHT + 3);
		chart->calls->stroke(chart->cairo);
		chart->calls->set_dash(chart->cairo, NULL, 0, 0);
		labels.left += !put_label(curve, point, &labels);
	}
	return labels;
}

static void put_title(const struct curve *curve)
{
	struct chart *chart = curve->chart;
	const struct chart_point *peak = &chart->points[curve->peak];
	const char *name = chart->snapshot->process_count > 1 ? "RSS of all processes" : "RSS";
	char words[160], at[32], bytes[FORMAT_BYTES_MAX];
	double width;

	chart_font(chart, FONT_BOLD);
	chart_ink(chart, INK_TEXT);
	chart_text(chart, CHART_MARGIN, CHART_WIDTH, name);
	width = chart_text_width(chart, name);
	snprintf(words, sizeof(words), "peak %s at %s", format_bytes(curve->most, bytes),
		 format_seconds(peak->ns, at, sizeof(at)));
	chart_font(chart, FONT_PLAIN);
	chart_ink(chart, INK_PEAK);
	chart_text_right(chart, CHART_RIGHT, words);
	if (chart->moment_count > chart->point_count)
		snprintf(words, sizeof(words), "at %zu of %zu moments", chart->point_count,
			 chart->moment_count);
	else
		snprintf(words, sizeof(words), "at %zu moments%s", chart->point_count,
			 chart->moment + 1 < chart->moment_count
				 ? "; the rows above are of the black line"
				 : "");
	chart_ink(chart, INK_DIM);
	chart_text(chart, CHART_MARGIN + width + 6, CHART_WIDTH, words);
	chart->y += CHART_LINE + 4;
}

static void put_times(const struct curve *curve)
{
	struct chart *chart = curve->chart;
	char at[32];

	chart_font(chart, FONT_SMALL);
	chart_ink(chart, INK_DIM);
	chart_text(chart, LEFT, WIDTH, format_seconds(curve->first_ns, at, sizeof(at)));
	chart_text_right(chart, CHART_RIGHT,
			 format_seconds(curve->first_ns + curve->span_ns, at, sizeof(at)));
	chart->y += CHART_LINE - 3;
}

void chart_curve(struct chart *chart)
{
	struct curve curve;
	struct labels labels;
	char words[96];

	if (chart->point_count < 2)
		return;
	curve = curve_of(chart);
	put_title(&curve);
	curve.top = chart->y;
	put_axes(&curve);
	put_line(&curve);
	put_present(&curve);
	put_dots(&curve);
	chart->y = curve.top + HEIGHT + 2;
	put_times(&curve);
	labels = put_checkpoints(&curve);
	chart->y += (double)labels.lines * LABEL_HEIGHT + 5;
	if (!labels.left)
		return;
	snprintf(words, sizeof(words), "(%zu more checkpoint%s, without room for a name)",
		 labels.left, labels.left == 1 ? "" : "s");
	chart_ink(chart, INK_DIM);
	chart_text(chart, LEFT, WIDTH, words);
	chart->y += CHART_LINE;
}
