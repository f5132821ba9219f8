/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch diff: what changed between two moments of one recording, or of two. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"
#include "commands/moment_choice.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/usage.h"
#include "model/diff/diff.h"
#include "render/diff.h"
#include "store/recorded.h"

/* A moment is borrowed until its file is asked for the next, so each side opens its own. */
struct diff_side {
	struct recorded *recorded;
	const struct moment *moment;
	struct diff_source source;
};

/* -1 to go on, or the exit status. */
static int find_moment(struct diff_side *side, const char *path, const char *words)
{
	struct moments moments;
	size_t index;
	int err;

	err = recorded__open(path, &side->recorded);
	if (err)
		return STATUS_UNMEASURED;
	moments = recorded__moments(side->recorded);
	err = moment_choice(&moments, words, &index);
	if (err == -ENOENT)
		return moment_choice__none(path, &moments, words);
	if (!err)
		err = moments.at(moments.from, index, &side->moment);
	side->source = (struct diff_source){ path, index + 1, moments.count };
	return err ? STATUS_UNMEASURED : -1;
}

static int print_diff(struct report *report, const struct options *options,
		      const struct diff_side sides[2], const struct diff *diff)
{
	const struct diff_source sources[2] = { sides[0].source, sides[1].source };
	int err;

	/* The number of mappings is bounded (--top), not their size. */
	report->view.brief = false;
	err = options->json ? diff_json(diff, sources, &report->view, report->out)
			    : diff_text(diff, sources, &report->view, report->out);
	err = report__done(report, err);
	if (err)
		return report_status(err);
	if (diff__any(diff))
		return STATUS_EXPECTATION;
	return diff->known ? STATUS_OK : STATUS_UNMEASURED;
}

static int compare_moments(struct report *report, const struct options *options)
{
	char **files = options->command;
	const char *words[2] = { options->before ? options->before
				 : files[1]	 ? "last"
						 : "first",
				 options->after ? options->after : "last" };
	struct diff_side sides[2] = { 0 };
	struct diff diff = { 0 };
	int status = -1, i, err;

	progress_begin();
	for (i = 0; status < 0 && i < 2; i++)
		status = find_moment(&sides[i], files[i] ? files[i] : files[0], words[i]);
	if (status >= 0)
		goto out;
	status = STATUS_INTERNAL;
	err = diff__of(sides[0].moment, sides[1].moment, &report->view, &diff);
	if (!err)
		status = print_diff(report, options, sides, &diff);
	else
		log_error("cannot compare: %s", strerror(-err));
out:
	diff__deinit(&diff);
	for (i = 0; i < 2; i++)
		recorded__free(sides[i].recorded);
	return status;
}

int command_diff(int argc, char **argv)
{
	struct options options;
	struct report report;
	int status, err;

	status = options__parse(&options, OPTIONS_DIFF, argc, argv);
	if (status < 0 && !*options.command)
		status = usage_error("no recording given");
	else if (status < 0 && options.command[1] && options.command[2])
		status = usage_error("unexpected argument '%s'", options.command[2]);
	if (status < 0) {
		status = STATUS_INTERNAL;
		if (!report__open(&report, &options, STDOUT_FILENO, false)) {
			status = compare_moments(&report, &options);
			err = report__close(&report);
			if (err && status <= STATUS_EXPECTATION)
				status = report_status(err);
		}
	}
	options__deinit(&options);
	return status;
}
