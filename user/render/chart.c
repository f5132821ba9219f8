/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From moments to a file: the page is drawn once to know its height, and then as it is written. */
#include "render/chart.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/format.h"
#include "base/log.h"
#include "base/progress.h"
#include "model/moment_lists.h"
#include "render/chart_priv.h"

#define PIXELS 2 /* of a PNG, a point */

typedef cairo_surface_t *(*surface_new)(const struct chart *chart, double height, FILE *out);

static cairo_status_t write_bytes(void *out, const unsigned char *bytes, unsigned int count)
{
	return fwrite(bytes, 1, count, out) == count ? CAIRO_STATUS_SUCCESS
						     : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_surface_t *new_png(const struct chart *chart, double height, FILE *out)
{
	cairo_surface_t *surface = chart->calls->image_surface_create(
		CAIRO_FORMAT_RGB24, CHART_WIDTH * PIXELS, (int)height * PIXELS);

	(void)out;
	chart->calls->surface_set_device_scale(surface, PIXELS, PIXELS);
	return surface;
}

static cairo_surface_t *new_svg(const struct chart *chart, double height, FILE *out)
{
	return chart->calls->svg_surface_create_for_stream(write_bytes, out, CHART_WIDTH, height);
}

static const char *title_of(const struct chart *chart, char *buffer, size_t size)
{
	const struct snapshot *snapshot = chart->snapshot;
	char comm[128];

	if (snapshot->process_count)
		snprintf(buffer, size, "pagewatch: %s (%" PRIu32 ")",
			 format_name(snapshot->processes->header.facts.comm, comm, sizeof(comm)),
			 snapshot->processes->header.facts.pid);
	else
		snprintf(buffer, size, "pagewatch");
	return buffer;
}

/* The date is the moment's: the same moment gives the same bytes. */
static cairo_surface_t *new_pdf(const struct chart *chart, double height, FILE *out)
{
	cairo_surface_t *surface =
		chart->calls->pdf_surface_create_for_stream(write_bytes, out, CHART_WIDTH, height);
	time_t seconds = (time_t)(chart->snapshot->header.time_unix_ns / 1000000000u);
	char date[32], title[160];
	struct tm tm;

	chart->calls->pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
					       title_of(chart, title, sizeof(title)));
	if (gmtime_r(&seconds, &tm) && strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm))
		chart->calls->pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
						       date);
	return surface;
}

static int error_of(const struct chart *chart, cairo_status_t status)
{
	if (status == CAIRO_STATUS_SUCCESS)
		return 0;
	if (status == CAIRO_STATUS_NO_MEMORY)
		return -ENOMEM;
	if (status == CAIRO_STATUS_WRITE_ERROR)
		return -EIO;
	log_error("cairo: %s", chart->calls->status_to_string(status));
	return -EPROTO;
}

/* Draws, and ends the surface, which it owns. */
static int draw_page(struct chart *chart, cairo_surface_t *surface, FILE *png)
{
	const struct cairo_calls *calls = chart->calls;
	cairo_status_t status;
	int err;

	chart->cairo = calls->create(surface);
	err = chart_page(chart);
	status = calls->status(chart->cairo);
	calls->destroy(chart->cairo);
	if (!err && !status && png)
		status = calls->surface_write_to_png_stream(surface, write_bytes, png);
	calls->surface_finish(surface);
	status = status ? status : calls->surface_status(surface);
	calls->surface_destroy(surface);
	return err ? err : error_of(chart, status);
}

static int draw_moment(struct chart *chart, const struct moment *moment, surface_new make,
		       FILE *out)
{
	struct snapshot snapshot;
	int err = snapshot__counts(moment, &snapshot);

	chart->snapshot = &snapshot;
	chart->page_bytes = moment->header.environment.page_bytes;
	if (!err)
		err = draw_page(chart,
				chart->calls->recording_surface_create(CAIRO_CONTENT_COLOR, NULL),
				NULL);
	if (!err)
		err = draw_page(chart, make(chart, (int)chart->y + 1, out),
				make == new_png ? out : NULL);
	snapshot__deinit(&snapshot);
	return err;
}

static int measure_moment(const struct moment *moment, struct chart_point *ret)
{
	const struct moment_header *header = &moment->header;
	char name[128];
	uint64_t pages;
	int err = moment__rss(moment, NULL, &pages);

	if (err)
		return err;
	ret->ns = header->since_start_ns;
	ret->bytes = pages * header->environment.page_bytes;
	if (header->checkpoint)
		ret->checkpoint = strdup(format_name(header->checkpoint, name, sizeof(name)));
	return header->checkpoint && !ret->checkpoint ? -ENOMEM : 0;
}

/* The first, the last, and as many between them as there is room for, evenly. */
static int measure_moments(const struct moments *moments, struct chart_point *points, size_t count)
{
	const struct moment *moment;
	int err = 0;
	size_t i;

	progress_stage("reading the moments", count > 1 ? count : 0);
	for (i = 0; !err && i < count; i++) {
		progress_step(1);
		err = moments->at(moments->from,
				  count > 1 ? i * (moments->count - 1) / (count - 1) : 0, &moment);
		if (!err)
			err = measure_moment(moment, &points[i]);
		/* No clock goes back, whatever a file says. */
		if (i && points[i].ns < points[i - 1].ns)
			points[i].ns = points[i - 1].ns;
	}
	return err;
}

static void free_points(struct chart_point *points, size_t count)
{
	size_t i;

	for (i = 0; points && i < count; i++)
		free(points[i].checkpoint);
	free(points);
}

static struct view view_of_rows(const struct view *view)
{
	struct view rows = *view;

	rows.detail = rows.pages = false;
	rows.cells = CHART_CELLS;
	rows.grid_columns = 0;
	if (!rows.top || rows.top > CHART_ROWS_MAX)
		rows.top = CHART_ROWS_MAX;
	return rows;
}

static int find_cairo(struct cairo_calls *ret)
{
	const char *reason;
	int err = cairo_calls__find(ret, &reason);

	if (err)
		log_error("pictures need cairo (Debian's libcairo2): %s", reason);
	return err;
}

int chart_possible(void)
{
	struct cairo_calls calls;
	const char *reason;

	return cairo_calls__find(&calls, &reason);
}

static int render_chart(const struct moments *moments, const struct view *view, FILE *out,
			surface_new make)
{
	size_t count = moments->count < CHART_POINTS_MAX ? moments->count : CHART_POINTS_MAX;
	struct chart_point *points = calloc(count + 1, sizeof(*points));
	struct view rows = view_of_rows(view);
	struct cairo_calls calls;
	struct chart chart = { .calls = &calls,
			       .view = &rows,
			       .points = points,
			       .point_count = count,
			       .moment_count = moments->count,
			       .moment = moments->count - 1 - moments->before_last };
	const struct moment *moment;
	int err = points ? 0 : -ENOMEM;

	if (!err)
		err = count ? find_cairo(&calls) : -EINVAL;
	if (!err)
		err = measure_moments(moments, points, count);
	if (!err)
		err = moments->at(moments->from, chart.moment, &moment);
	if (!err)
		err = draw_moment(&chart, moment, make, out);
	free_points(points, count);
	return !err && ferror(out) ? -EIO : err;
}

int chart_png(const struct moments *moments, const struct view *view, FILE *out)
{
	return render_chart(moments, view, out, new_png);
}

int chart_svg(const struct moments *moments, const struct view *view, FILE *out)
{
	return render_chart(moments, view, out, new_svg);
}

int chart_pdf(const struct moments *moments, const struct view *view, FILE *out)
{
	return render_chart(moments, view, out, new_pdf);
}
