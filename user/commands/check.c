/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch check: tests laziness, of a process or of a command until it ends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "base/test_point.h"
#include "commands/commands.h"
#include "commands/engine_setup.h"
#include "commands/expectations.h"
#include "commands/late.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/supervise.h"
#include "commands/symbol_spec.h"
#include "commands/usage.h"
#include "render/check.h"

#define CELLS 64u /* of a finding's heatmap */
#define ENDED_MAX 4096u

struct check {
	struct options options;
	struct checks checks;
	struct report report;
	struct engine *engine;
};

static struct engine_options engine_options(const struct check *check)
{
	struct engine_options options = options__engine(&check->options);

	/* Page tables need no privilege; events are used only if a count needs them. */
	if (!checks__need_faults(&check->checks) && !options.backend_required &&
	    (check->checks.has_command || !checks__need_checkpoints(&check->checks)))
		options.backend = FAULTS_NONE;
	else
		options.backend_required = true;
	/* Each process is judged, so none is summed. */
	options.ended_max = ENDED_MAX;
	/* A named array is found however small it is: a static one by its symbol. */
	options.array_min_bytes = 1;
	options.static_min_bytes = check->options.min_bytes ? check->options.min_bytes : 1;
	return options;
}

/* If it cannot be a symbol, no message may complain of a --symbol that was never given. */
static bool may_be_symbol(const struct expectation *expectation)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_:";
	const char *name = expectation->name;
	size_t length = name ? strlen(name) : 0;

	return expectation->exact && !expectation->process && length &&
	       !name[strspn(name, letters)] && name[length - 1] != ':' &&
	       (name[0] != ':' || name[1] == ':');
}

static int ask_for_symbols(struct check *check)
{
	size_t i;
	int status = -1;

	for (i = 0; status < 0 && i < check->checks.count; i++) {
		const struct check_item *item = &check->checks.items[i];

		if (may_be_symbol(&item->expectation))
			status = symbol_spec__add(&check->options.symbols, item->source,
						  item->expectation.name);
	}
	return status;
}

/* Judged for the process that waits there. */
static int on_checkpoint(void *ctx, const char *name, uint32_t pid)
{
	struct check *check = ctx;
	struct moment moment = { 0 };
	int err = engine__snapshot(check->engine, pid, &moment);

	if (!err)
		err = moment__set_reason(&moment, MOMENT_CHECKPOINT, name);
	if (!err)
		err = checks__judge(&check->checks, name, &moment);
	moment__deinit(&moment);
	return err;
}

static int judge_end(struct check *check)
{
	struct checks *checks = &check->checks;
	struct moment last;
	int err;

	if (!engine__kept_last(check->engine))
		return 0;
	progress_begin_below();
	err = engine__report(check->engine, &last);
	last.header.reason = MOMENT_END;
	if (!err)
		err = late_tell(&last, engine__why_late(check->engine), true);
	if (!err)
		err = checks__judge(checks, NULL, &last);
	moment__deinit(&last);
	return err;
}

static int launch_command(struct check *check)
{
	const struct options *options = &check->options;
	struct launch_options launch = {
		.argv = options->command,
		.user = options->user,
		.stdout_to_stderr = options->output && !strcmp(options->output, "-"),
	};
	bool exec_failed;
	int err = engine__launch(check->engine, &launch, &exec_failed);

	if (err)
		log_error("cannot %s %s: %s", exec_failed ? "run" : "start", options->command[0],
			  strerror(-err));
	return err;
}

static bool is_judged(void *ctx)
{
	const struct check *check = ctx;

	return checks__all_judged(&check->checks);
}

/* A process as it is; then at its checkpoints, until each requested one was reached. */
static int measure_process(struct check *check)
{
	const struct supervisor supervisor = {
		.engine = check->engine,
		.checkpoint = on_checkpoint,
		.is_enough = is_judged,
		.ctx = check,
	};
	struct checks *checks = &check->checks;
	struct moment moment = { 0 };
	int err;

	progress_begin();
	err = options__attach(&check->options, check->engine);
	if (!err)
		err = engine__report(check->engine, &moment);
	moment.header.reason = MOMENT_ASKED;
	if (!err)
		err = checks__judge(checks, NULL, &moment);
	moment__deinit(&moment);
	progress_end();
	if (err || !checks__need_checkpoints(checks))
		return err;
	err = engine__attach_checkpoints(check->engine, check->options.pids[0]);
	return err ? err : supervise(&supervisor);
}

/* The command from its start to its end. */
static int measure_command(struct check *check)
{
	const struct supervisor supervisor = {
		.engine = check->engine,
		.checkpoint = on_checkpoint,
		.ctx = check,
	};
	int err;

	err = launch_command(check);
	if (!err)
		err = supervise_command(&supervisor, &check->checks.status);
	return err ? err : judge_end(check);
}

static int render_checks(struct check *check)
{
	const struct checks *checks = &check->checks;
	struct report *report = &check->report;

	switch (check->options.format) {
	case FORMAT_TAP:
		return check_render_tap(checks, report->out);
	case FORMAT_JSON:
		return check_render_json(checks, report->out);
	case FORMAT_JUNIT:
		return check_render_junit(checks, report->out);
	default:
		return check_render_text(checks, &report->view, report->out);
	}
}

static int status_of_verdict(const struct checks *checks)
{
	switch (checks__verdict(checks)) {
	case EXPECT_HOLDS:
		return STATUS_OK;
	case EXPECT_FAILS:
		return STATUS_EXPECTATION;
	default:
		return STATUS_UNMEASURED;
	}
}

static int check_all(struct check *check)
{
	struct checks *checks = &check->checks;
	struct engine_options options = engine_options(check);
	int err;

	if (report__open(&check->report, &check->options,
			 checks->has_command ? STDERR_FILENO : STDOUT_FILENO, false))
		return STATUS_INTERNAL;
	/* The complete row. */
	checks->view = (struct view){ .cells = CELLS };
	err = engine__new(&options, &check->engine);
	if (!err)
		err = checks->has_command ? measure_command(check) : measure_process(check);
	if (!err)
		err = checks__finish(checks);
	if (err)
		return status_of_error(err);
	test_point_wait("report");
	err = report__done(&check->report, render_checks(check));
	return err ? report_status(err) : status_of_verdict(checks);
}

static int check_usage(struct check *check)
{
	struct options *options = &check->options;
	struct checks *checks = &check->checks;

	checks->has_command = *options->command != NULL;
	if (!checks->count)
		return usage_error("nothing to check: -e EXPECTATION or -f FILE");
	if (!options->pid_count && !checks->has_command)
		return usage_error("no process and no command given: -p PID, or -- CMD...");
	if (options->pid_count && checks->has_command)
		return usage_error("give -p PID or a command, not both");
	if (options->pid_count > 1 && checks__need_checkpoints(checks))
		return usage_error("'at' waits for the checkpoints of one process: give one -p");
	if (options->pid_count && checks__grow_until_end(checks))
		return usage_error(
			"with -p, 'since' needs 'at': check does not wait for the end of a process");
	if (checks->has_command && options->format != FORMAT_TEXT && !options->output)
		return usage_error(
			"--format needs -o FILE ('-o -' is stdout; the command's stdout then goes to stderr)");
	return -1;
}

int command_check(int argc, char **argv)
{
	struct check check = { 0 };
	struct checks *checks = &check.checks;
	int status, err;
	size_t i;

	status = options__parse(&check.options, OPTIONS_CHECK, argc, argv);
	if (status < 0)
		status = expectations__read(&check.options, checks);
	if (status < 0)
		status = check_usage(&check);
	if (status < 0)
		status = ask_for_symbols(&check);
	if (status < 0) {
		checks->status = -1;
		checks->expected_status =
			check.options.expect_any_status ? -1 : (int)check.options.expect_status;
		for (i = 0; i < checks->count; i++)
			checks->items[i].expectation.min_bytes = check.options.min_bytes;
		status = check_all(&check);
		err = report__close(&check.report);
		if (err && err != -EPIPE && !check.report.failed)
			status = report_status(err);
	}
	engine__free(check.engine);
	checks__deinit(checks);
	options__deinit(&check.options);
	return status;
}
