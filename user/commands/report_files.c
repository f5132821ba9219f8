/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch report FILE...: moments of recordings, as watch would have shown them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"
#include "commands/documents.h"
#include "commands/moment_choice.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/report_beside.h"
#include "commands/usage.h"
#include "render/json_out.h"
#include "render/moments.h"
#include "store/recorded.h"

#define NAME_BYTES 512

struct reporting {
	struct options options;
	struct report report;
	struct documents documents;
	struct json_out json; /* around the reports of several files */
	bool several;
};

/* Which moments of a file: [*first, *end). -1, or the exit status: there is no such moment. */
static int choose_moments(const struct reporting *reporting, const char *path,
			  const struct moments *moments, size_t *first, size_t *end)
{
	const char *words = reporting->options.moment;
	int err;

	*first = 0;
	*end = moments->count;
	if (!moments->count) {
		log_error("%s has no moments", path);
		return STATUS_UNMEASURED;
	}
	if (!strcmp(words, "all"))
		return -1;
	err = moment_choice(moments, words, first);
	*end = *first + 1;
	if (err == -ENOENT)
		return moment_choice__none(path, moments, words);
	return err ? STATUS_INTERNAL : -1;
}

static void begin_file(struct reporting *reporting, const char *path)
{
	if (!reporting->several || !reporting->options.json)
		return;
	json_open(&reporting->json, NULL, '{');
	json_text(&reporting->json, "file", path);
	json_open(&reporting->json, "snapshots", '[');
}

static void end_file(struct reporting *reporting)
{
	if (!reporting->several || !reporting->options.json)
		return;
	json_close(&reporting->json, ']');
	json_close(&reporting->json, '}');
}

/* A report of one file stands alone, as watch writes it. */
static void begin_moment(struct reporting *reporting, const char *path, size_t index, size_t count)
{
	char name[NAME_BYTES];

	if (!reporting->several)
		return;
	if (!reporting->options.json)
		fprintf(reporting->report.out, "== %s, moment %zu of %zu\n",
			format_name(path, name, sizeof(name)), index + 1, count);
	else if (reporting->json.comma)
		fputc(',', reporting->report.out);
	reporting->json.comma = true;
}

static int print_moment(struct reporting *reporting, const struct moments *moments,
			const char *path, size_t index)
{
	const struct moment *moment;
	int err;

	if (moments->at(moments->from, index, &moment))
		return STATUS_INTERNAL;
	begin_moment(reporting, path, index, moments->count);
	err = report__print(&reporting->report, moment);
	return err ? report_status(err) : -1;
}

/* -1, or the exit status. */
static int list_file(struct reporting *reporting, const char *path)
{
	struct report *report = &reporting->report;
	struct recorded *recorded;
	struct moments moments;
	char name[NAME_BYTES];
	int err;

	if (recorded__open(path, &recorded))
		return STATUS_INTERNAL;
	moments = recorded__moments(recorded);
	if (reporting->options.json) {
		err = moments_json(&moments, path, report->out);
	} else {
		if (reporting->several)
			fprintf(report->out, "== %s\n", format_name(path, name, sizeof(name)));
		err = moments_text(&moments, &report->view, report->out);
	}
	recorded__free(recorded);
	err = report__done(report, err);
	return err ? report_status(err) : -1;
}

static int list_files(struct reporting *reporting)
{
	char **paths = reporting->options.command;
	int status = -1;
	size_t i;

	reporting->several = paths[1] != NULL;
	for (i = 0; status < 0 && paths[i]; i++)
		status = list_file(reporting, paths[i]);
	return status;
}

static int print_file(struct reporting *reporting, const char *path)
{
	struct recorded *recorded;
	struct moments moments;
	size_t first = 0, end = 0;
	int status;

	progress_begin();
	progress_stage("reading the recording", 0);
	if (recorded__open(path, &recorded))
		return STATUS_INTERNAL;
	moments = recorded__moments(recorded);
	status = choose_moments(reporting, path, &moments, &first, &end);
	if (status < 0)
		moments.before_last = moments.count - end;
	begin_file(reporting, path);
	progress_stage("reading the recording", end - first > 1 ? end - first : 0);
	for (; status < 0 && first < end; first++) {
		status = print_moment(reporting, &moments, path, first);
		progress_step(1);
	}
	end_file(reporting);
	/* Of all moments, whichever the report shows. */
	if (status < 0 &&
	    documents__write(&reporting->documents, &moments, &reporting->report.view))
		status = STATUS_INTERNAL;
	recorded__free(recorded);
	return status;
}

/* -1, or the exit status. */
static int print_each(struct reporting *reporting)
{
	char **paths = reporting->options.command;
	bool around;
	int status = -1, err;
	size_t i;

	reporting->several = paths[1] != NULL;
	around = reporting->several && reporting->options.json;
	reporting->json.out = reporting->report.out;
	if (around)
		json_open(&reporting->json, NULL, '[');
	for (i = 0; status < 0 && paths[i]; i++)
		status = print_file(reporting, paths[i]);
	if (around && status < 0) {
		json_close(&reporting->json, ']');
		err = report__done(&reporting->report, json_end(&reporting->json));
		status = err ? report_status(err) : -1;
	}
	return status;
}

static int print_files(struct reporting *reporting)
{
	int status = -1, err;

	if (report__open(&reporting->report, &reporting->options, STDOUT_FILENO, false))
		return STATUS_INTERNAL;
	if (documents__open(&reporting->documents, &reporting->options))
		status = STATUS_INTERNAL;
	if (status < 0 && reporting->options.side_by_side)
		status = report_beside(&reporting->report, &reporting->options);
	else if (status < 0 && reporting->options.moments)
		status = list_files(reporting);
	else if (status < 0)
		status = print_each(reporting);
	if (status == STATUS_OK)
		status = -1;
	reporting->report.failed |= status >= 0;
	err = report__close(&reporting->report);
	if (err && status < 0)
		status = report_status(err);
	return status < 0 ? STATUS_OK : status;
}

int command_report(int argc, char **argv)
{
	struct reporting reporting = { 0 };
	int status = options__parse(&reporting.options, OPTIONS_REPORT, argc, argv);

	if (status < 0 && !*reporting.options.command)
		status = usage_error("no recording given: report FILE...");
	else if (status < 0 && documents_wanted(&reporting.options) && reporting.options.command[1])
		status = usage_error("--html, --png and the like take one recording");
	else if (status < 0 && reporting.options.moments &&
		 (documents_wanted(&reporting.options) || reporting.options.side_by_side))
		status = usage_error(
			"--moments is a list: it takes no --side-by-side, --html, --png or the like");
	else if (status < 0 && reporting.options.side_by_side)
		status = report_beside_check(&reporting.options);
	if (status < 0)
		status = print_files(&reporting);
	if (documents__close(&reporting.documents) && status == STATUS_OK)
		status = STATUS_INTERNAL;
	options__deinit(&reporting.options);
	return status;
}
