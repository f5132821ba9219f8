/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch snap -p PID: what the page tables say now; no privilege for one's own processes. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"
#include "commands/documents.h"
#include "commands/engine_setup.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/symbols.h"
#include "commands/usage.h"

static int take_snapshot(const struct options *options, struct report *report,
			 struct documents *documents)
{
	struct engine_options engine_options;
	struct engine *engine = NULL;
	struct moment moment = { 0 };
	struct symbols_seen seen = { 0 };
	int status = STATUS_OK, err;
	char name[256];

	progress_begin();
	engine_options = options__engine(options);
	engine_options.backend = FAULTS_NONE;
	err = engine__new(&engine_options, &engine);
	if (!err)
		err = options__attach(options, engine);
	if (!err)
		err = engine__report(engine, &moment);
	moment.header.reason = MOMENT_ASKED;
	if (!err && moment__all_exited(&moment)) {
		log_error("%s ended", options__name_targets(options, name, sizeof(name)));
		err = -ESRCH;
	}
	if (!err)
		err = symbols_seen__note(&seen, &options->symbols, &moment);
	if (err) {
		status = status_of_error(err);
	} else {
		err = report__print(report, &moment);
		if (err)
			status = report_status(err);
		else if (documents__write_one(documents, &moment, &report->view))
			status = STATUS_INTERNAL;
		else if (!symbols_seen__all(&seen, &options->symbols))
			status = STATUS_UNMEASURED;
	}
	symbols_seen__deinit(&seen);
	moment__deinit(&moment);
	engine__free(engine);
	return status;
}

int command_snap(int argc, char **argv)
{
	struct options options;
	struct report report;
	struct documents documents;
	int status, err;

	status = options__parse(&options, OPTIONS_SNAP, argc, argv);
	if (status < 0 && !options.pid_count)
		status = usage_error("no process given: -p PID");
	else if (status < 0 && *options.command)
		status = usage_error("unexpected argument '%s'", *options.command);
	if (status < 0) {
		status = STATUS_INTERNAL;
		if (!report__open(&report, &options, STDOUT_FILENO, false)) {
			if (!documents__open(&documents, &options))
				status = take_snapshot(&options, &report, &documents);
			if (documents__close(&documents) && status == STATUS_OK)
				status = STATUS_INTERNAL;
			err = report__close(&report);
			if (err && status == STATUS_OK)
				status = report_status(err);
		}
	}
	options__deinit(&options);
	return status;
}
