/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/report_beside.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "commands/documents.h"
#include "commands/moment_choice.h"
#include "commands/usage.h"
#include "model/diff/beside.h"
#include "render/beside.h"
#include "store/recorded.h"

int report_beside_check(const struct options *options)
{
	if (documents_wanted(options) || !strcmp(options->moment, "all"))
		return usage_error("--side-by-side is a table of one moment of each recording");
	if (options->order_given || options->detail || options->pages)
		return usage_error(
			"--side-by-side takes no --sort, --detail or --pages: what differs "
			"most comes first");
	return -1;
}

/* -1 to go on, or the exit status. */
static int add_moment(struct beside *beside, struct recorded *recorded, const char *path,
		      const struct options *options, const struct view *view)
{
	struct moments moments = recorded__moments(recorded);
	const struct moment *moment;
	struct beside_source source = { .file = path,
					.rank = recorded__rank(recorded),
					.count = moments.count };
	size_t index;
	int err = moment_choice(&moments, options->moment, &index);

	if (err == -ENOENT && !moments.count) {
		log_error("%s has no moments", path);
		return STATUS_UNMEASURED;
	}
	if (err == -ENOENT)
		return moment_choice__none(path, &moments, options->moment);
	if (!err)
		err = moments.at(moments.from, index, &moment);
	if (err)
		return STATUS_INTERNAL;
	source.number = index + 1;
	err = beside__add(beside, moment, &source, view);
	if (err && !log_said_error())
		log_error("cannot compare: %s", strerror(-err));
	return err ? STATUS_INTERNAL : -1;
}

static int add_file(struct beside *beside, const char *path, const struct options *options,
		    const struct view *view)
{
	struct recorded *recorded;
	int status;

	if (recorded__open(path, &recorded))
		return STATUS_INTERNAL;
	status = add_moment(beside, recorded, path, options, view);
	recorded__free(recorded);
	return status;
}

static int print_table(struct report *report, struct beside *beside, bool json)
{
	int err = beside__finish(beside, &report->view);

	if (err) {
		log_error("cannot compare: %s", strerror(-err));
		return STATUS_INTERNAL;
	}
	err = json ? beside_json(beside, report->out)
		   : beside_text(beside, &report->view, report->out);
	err = report__done(report, err);
	return err ? report_status(err) : STATUS_OK;
}

int report_beside(struct report *report, const struct options *options)
{
	struct beside beside = { 0 };
	int status = -1;
	size_t i;

	for (i = 0; status < 0 && options->command[i]; i++)
		status = add_file(&beside, options->command[i], options, &report->view);
	if (status < 0)
		status = print_table(report, &beside, options->json);
	beside__deinit(&beside);
	return status;
}
