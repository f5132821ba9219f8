/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch -p PID: one report per interval, redrawn on a terminal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/engine_setup.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/symbols.h"
#include "commands/terminal.h"
#include "commands/usage.h"

struct watch {
	struct options options;
	struct report report;
	struct engine *engine;
	uint64_t reports;
	struct symbols_seen seen;
};

static void tell_ended(const struct watch *watch)
{
	char name[256];

	log_warn("%s ended", options__name_targets(&watch->options, name, sizeof(name)));
}

/* -1 to go on, or the exit status. */
static int print_one(struct watch *watch)
{
	struct moment moment;
	int err;

	err = engine__report(watch->engine, &moment);
	if (err) {
		moment__deinit(&moment);
		return status_of_error(err);
	}
	if (!watch->reports && moment__all_exited(&moment)) {
		moment__deinit(&moment);
		tell_ended(watch);
		return STATUS_UNMEASURED;
	}
	if (!moment__all_exited(&moment))
		err = symbols_seen__note(&watch->seen, &watch->options.symbols, &moment);
	if (err) {
		moment__deinit(&moment);
		return status_of_error(err);
	}
	err = report__print(&watch->report, &moment);
	moment__deinit(&moment);
	if (err)
		return report_status(err);
	watch->reports++;
	if (watch->options.count && watch->reports >= watch->options.count)
		return STATUS_OK;
	return -1;
}

/* In a stream only: one more report for what ended since the last one. */
static int on_ended(struct watch *watch)
{
	int status = STATUS_OK;

	tell_ended(watch);
	if (!watch->reports)
		return STATUS_UNMEASURED;
	if (!watch->report.redraw)
		status = print_one(watch);
	return status < 0 ? STATUS_OK : status;
}

static int handle_event(struct watch *watch, enum engine_event event)
{
	switch (event) {
	case ENGINE_TICK:
	case ENGINE_ASKED:
		return print_one(watch);
	case ENGINE_RESIZED:
		report__measure(&watch->report);
		return watch->report.redraw && watch->reports ? print_one(watch) : -1;
	case ENGINE_INTERRUPTED:
		return STATUS_OK;
	case ENGINE_ENDED:
		return on_ended(watch);
	case ENGINE_LAST_CHANCE:
		engine__resume(watch->engine);
		return -1;
	case ENGINE_CHECKPOINT:
		engine__answer_checkpoint(watch->engine, false);
		return -1;
	}
	return STATUS_INTERNAL;
}

static int watch_loop(struct watch *watch)
{
	enum engine_event event;
	int status = -1, err;

	err = engine__set_interval(watch->engine, watch->options.interval_ns);
	while (!err && status < 0) {
		err = engine__next(watch->engine, &event);
		if (!err)
			status = handle_event(watch, event);
	}
	if (err) {
		log_error("cannot go on watching: %s", strerror(-err));
		return status_of_error(err);
	}
	if (status == STATUS_OK && !symbols_seen__all(&watch->seen, &watch->options.symbols))
		status = STATUS_UNMEASURED;
	return status;
}

static int watch_process(struct watch *watch)
{
	struct engine_options options;
	int status, err;

	if (report__open(&watch->report, &watch->options, STDOUT_FILENO, true))
		return STATUS_INTERNAL;
	options = options__engine(&watch->options);
	err = engine__new(&options, &watch->engine);
	if (!err)
		err = options__attach(&watch->options, watch->engine);
	if (err)
		return status_of_error(err);
	if (watch->report.redraw)
		terminal_take(watch->report.output.fd);
	status = watch_loop(watch);
	terminal_give_back();
	return status;
}

int command_watch(int argc, char **argv)
{
	struct watch watch = { 0 };
	int status, err;

	status = options__parse(&watch.options, OPTIONS_WATCH, argc, argv);
	if (status < 0 && !watch.options.pid_count)
		status = usage_error("no process given: -p PID, or a command to start with 'run'");
	else if (status < 0 && *watch.options.command)
		status = usage_error("unexpected argument '%s'", *watch.options.command);
	if (status < 0) {
		status = watch_process(&watch);
		err = report__close(&watch.report);
		if (err && status == STATUS_OK)
			status = report_status(err);
	}
	symbols_seen__deinit(&watch.seen);
	engine__free(watch.engine);
	options__deinit(&watch.options);
	return status;
}
