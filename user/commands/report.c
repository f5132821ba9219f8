/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Chooses the renderer and its output. */
#include "commands/report.h"
#include "commands/usage.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "base/progress.h"

#define DEFAULT_WIDTH 80u
#define MIN_WIDTH 40u
#define MAX_WIDTH 1000u
#define JSON_CELLS 64u /* of a heatmap, and columns of a grid: JSON has no terminal width */

static bool want_color(const struct options *options, bool terminal)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return terminal && term && strcmp(term, "dumb");
}

void report__measure(struct report *report)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width;

	if (!ioctl(report->output.fd, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (!columns || parse_u64(columns, 1, MAX_WIDTH, &width))
		width = DEFAULT_WIDTH;
	if (width < MIN_WIDTH)
		width = MIN_WIDTH;
	if (width > MAX_WIDTH)
		width = MAX_WIDTH;
	report->view.width = (uint32_t)width;
}

int report__open(struct report *report, const struct options *options, int fallback, bool live)
{
	const char *path = options->output;
	bool terminal;
	int err;

	memset(report, 0, sizeof(*report));
	if (path && !strcmp(path, "-")) {
		path = NULL;
		fallback = STDOUT_FILENO;
	}
	err = output__open(&report->output, path, fallback, live);
	if (err) {
		log_error("cannot write %s: %s", path ? path : "the report", strerror(-err));
		return err;
	}
	report->out = report->output.file;
	terminal = isatty(report->output.fd) == 1;
	report->renderer = renderer_find(options->json ? "json" : "text");
	report->view = (struct view){
		.min_bytes = options->min_bytes,
		/* If it is not given, heap blocks have only the limit of --heap. */
		.min_heap_bytes = options->min_given ? options->min_bytes : 0,
		.filter = options->filter,
		.order = options->order,
		.top = options->top,
		.detail = options->detail,
		.pages = options->pages,
	};
	/* People who chose no rows see those that matter, the largest first. */
	if (!options->json && !options->detail) {
		report->view.brief = !options->filter && !options->min_given && !options->top;
		if (!options->order_given)
			report->view.order = ROW_BY_RESIDENT;
	}
	report->view.unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
	report->view.color = want_color(options, terminal);
	report->view.retired = options->retired;
	report__measure(report);
	if (options->json)
		report->view.width = JSON_CELLS;
	return 0;
}

int report__print(struct report *report, const struct moment *moment)
{
	progress_stage("writing the report", 0);
	return report__done(report, report->renderer->render(moment, &report->view, report->out));
}

int report__done(struct report *report, int err)
{
	int flushed = output__flush(&report->output);

	/* A renderer knows that a write failed, the output knows why. */
	err = flushed ? flushed : err;
	report->failed |= err != 0;
	return err;
}

int report__close(struct report *report)
{
	if (!report->out)
		return 0;
	report->out = NULL;
	return output__close(&report->output, !report->failed);
}

int report_status(int err)
{
	if (err == -EPIPE)
		return STATUS_OK;
	log_error("cannot write the report: %s",
		  err == -EINTR ? "nobody reads it, and a signal asked us to end" : strerror(-err));
	return STATUS_INTERNAL;
}
