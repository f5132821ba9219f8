/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch run CMD: watched from its first instruction, reported after its end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "base/test_point.h"
#include "commands/commands.h"
#include "commands/documents.h"
#include "commands/engine_setup.h"
#include "commands/late.h"
#include "commands/launched.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/run_moments.h"
#include "commands/supervise.h"
#include "commands/symbols.h"
#include "commands/usage.h"

struct run {
	struct options options;
	struct report report;
	struct documents documents;
	struct engine *engine;
	struct run_moments moments;
	struct moment last; /* of the command and its children, each at its end */
};

static void warn_of_loss(const struct losses *losses)
{
	enum loss first = losses__first(losses, ~0u);
	char sentence[LOSS_SENTENCE_MAX];

	log_warn("the report is incomplete: %s",
		 loss_sentence(first, losses->count[first], sentence));
}

/* The report shows the final snapshot; nothing of the command runs after it. */
static int report_run(struct run *run)
{
	const char *why = engine__why_late(run->engine);
	struct symbols_seen seen = { 0 };
	struct sampled sampled;
	int err;

	progress_begin_below();
	if (!engine__kept_last(run->engine))
		log_warn("the command ended before its pages could be read");
	else if (why)
		log_info("%s; pages are as of its exit", why);
	err = engine__report(run->engine, &run->last);
	run->last.header.reason = MOMENT_END;
	if (!err)
		err = late_tell(&run->last, why, false);
	if (!err && run->options.output && !run->last.header.complete)
		warn_of_loss(&run->last.header.losses);
	if (!err)
		err = symbols_seen__note(&seen, &run->options.symbols, &run->last);
	symbols_seen__deinit(&seen);
	test_point_wait("report");
	if (!err)
		err = run_moments__tell(&run->moments, &run->options, &run->last, &sampled);
	run->report.view.sampled = &sampled;
	if (!err)
		err = report__print(&run->report, &run->last);
	run->report.view.sampled = NULL;
	return err;
}

static int on_event(void *ctx, enum engine_event event)
{
	struct run *run = ctx;

	return run_moments__on_event(&run->moments, event);
}

static int on_checkpoint(void *ctx, const char *name, uint32_t pid)
{
	struct run *run = ctx;

	(void)pid;
	return run_moments__on_checkpoint(&run->moments, name);
}

static int supervise_run(struct run *run, int *status)
{
	const struct supervisor supervisor = {
		.engine = run->engine, .checkpoint = on_checkpoint, .event = on_event, .ctx = run
	};
	int err = run_moments__begin(&run->moments, &run->options, run->engine);

	if (!err)
		err = supervise_command(&supervisor, status);
	if (err)
		log_error("cannot follow the command: %s", strerror(-err));
	return err;
}

static int run_command(struct run *run)
{
	struct launch_options launch = { .argv = run->options.command, .user = run->options.user };
	struct engine_options options;
	struct moments all;
	bool exec_failed;
	int status, err;

	if (report__open(&run->report, &run->options, STDERR_FILENO, false))
		return STATUS_RUN_FAILED;
	if (documents__open(&run->documents, &run->options))
		return STATUS_RUN_FAILED;
	options = options__engine(&run->options);
	err = engine__new(&options, &run->engine);
	if (err)
		return STATUS_RUN_FAILED;
	err = engine__launch(run->engine, &launch, &exec_failed);
	if (err)
		return launched__status_of_error(run->options.command[0], err, exec_failed);
	launched__tell_binary(run->engine, run->options.command[0]);
	if (supervise_run(run, &status))
		return STATUS_RUN_FAILED;
	err = report_run(run);
	if (err && err != -EPIPE) {
		run->report.failed ? report_status(err) : status_of_error(err);
		return STATUS_RUN_FAILED;
	}
	all = run_moments__with_end(&run->moments, &run->last);
	if (documents__write(&run->documents, &all, &run->report.view))
		return STATUS_RUN_FAILED;
	return status;
}

int command_run(int argc, char **argv)
{
	struct run run = { 0 };
	int status, err;

	status = options__parse(&run.options, OPTIONS_RUN, argc, argv);
	if (status < 0 && !*run.options.command)
		status = usage_error("no command given: run [OPTIONS] [--] CMD...");
	if (status < 0) {
		status = run_command(&run);
		if (documents__close(&run.documents))
			status = STATUS_RUN_FAILED;
		err = report__close(&run.report);
		if (err && err != -EPIPE && !run.report.failed) {
			report_status(err);
			status = STATUS_RUN_FAILED;
		}
	} else if (status != STATUS_OK) {
		status = STATUS_RUN_FAILED;
	}
	moment__deinit(&run.last);
	run_moments__deinit(&run.moments);
	engine__free(run.engine);
	options__deinit(&run.options);
	return status;
}
