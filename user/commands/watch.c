/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch -p PID: the live view on a terminal, else a report per interval. */
#include <errno.h>
#include <inttypes.h>
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
#include "commands/options.h"
#include "commands/recorder.h"
#include "commands/report.h"
#include "commands/symbols.h"
#include "commands/usage.h"
#include "live/live.h"

struct watch {
	struct options options;
	struct report report;
	struct documents documents;
	struct moment last; /* of the reports; kept for the documents, if there are any */
	bool has_last;
	struct recorder recorder; /* if --record asks for one */
	struct live *live;	  /* NULL: reports */
	struct engine *engine;
	uint64_t interval_ns; /* of the engine's ticks */
	uint64_t reports;
	uint64_t passed; /* checkpoints that came too soon after a look */
	bool unrecorded; /* the recording failed, and has said so */
	struct symbols_seen seen;
};

static void tell_ended(const struct watch *watch)
{
	char name[256];

	log_note("%s ended", options__name_targets(&watch->options, name, sizeof(name)));
}

static void drop_last(struct watch *watch)
{
	if (watch->has_last)
		moment__deinit(&watch->last);
	watch->has_last = false;
}

/* Takes the moment over. 0 or -errno. */
static int show_moment(struct watch *watch, struct moment *moment)
{
	int err = recorder__add(&watch->recorder, moment);

	if (err) {
		moment__deinit(moment);
		watch->unrecorded = true;
		return err;
	}
	if (watch->live)
		return live__show(watch->live, moment);
	err = report__print(&watch->report, moment);
	if (!watch->documents.count) {
		moment__deinit(moment);
		return err;
	}
	drop_last(watch);
	watch->last = *moment;
	watch->has_last = true;
	return err;
}

/* What watching may cost decides when the next one is due. */
static int set_pace(struct watch *watch)
{
	uint64_t interval_ns = watch->live ? live__interval(watch->live)
					   : watch->options.interval_ns;

	if (interval_ns == watch->interval_ns)
		return 0;
	watch->interval_ns = interval_ns;
	return engine__set_interval(watch->engine, interval_ns);
}

/* Who waits at a checkpoint goes on before its moment is shown. 0 or -errno. */
static int take_moment(struct watch *watch, enum moment_reason reason, struct moment *ret)
{
	const char *name = NULL;
	uint32_t pid;
	int err;

	if (reason == MOMENT_CHECKPOINT)
		name = engine__checkpoint(watch->engine, &pid);
	if (watch->live)
		live__looks(watch->live);
	else
		progress_begin();
	err = engine__report(watch->engine, ret);
	if (!err)
		err = moment__set_reason(ret, reason, name);
	if (reason == MOMENT_CHECKPOINT)
		engine__answer_checkpoint(watch->engine, !err);
	return err;
}

/* -1 to go on, or the exit status. */
static int take_one(struct watch *watch, enum moment_reason reason)
{
	struct moment moment = { 0 };
	int err = take_moment(watch, reason, &moment);

	if (!err && !watch->reports && moment__all_exited(&moment)) {
		moment__deinit(&moment);
		tell_ended(watch);
		return STATUS_UNMEASURED;
	}
	if (!err && !moment__all_exited(&moment))
		err = symbols_seen__note(&watch->seen, &watch->options.symbols, &moment);
	if (err) {
		moment__deinit(&moment);
		return status_of_error(err);
	}
	err = show_moment(watch, &moment);
	progress_end();
	if (watch->unrecorded)
		return STATUS_INTERNAL;
	if (err)
		return watch->live ? status_of_error(err) : report_status(err);
	watch->reports++;
	if (watch->options.count && watch->reports >= watch->options.count)
		return STATUS_OK;
	err = set_pace(watch);
	return err ? status_of_error(err) : -1;
}

/* In a stream only: one more report for what ended since the last one, if something did. */
static int on_ended(struct watch *watch)
{
	int status = STATUS_OK;

	tell_ended(watch);
	if (!watch->reports)
		return STATUS_UNMEASURED;
	if (!watch->live && engine__ended_since_report(watch->engine))
		status = take_one(watch, MOMENT_END);
	return status < 0 ? STATUS_OK : status;
}

static int on_keys(struct watch *watch)
{
	enum live_answer answer;
	int err = live__keys(watch->live, &answer);

	if (err)
		return status_of_error(err);
	return answer == LIVE_QUIT ? STATUS_OK : -1;
}

static int on_resize(struct watch *watch)
{
	int err = 0;

	if (watch->live)
		err = live__resized(watch->live);
	else
		report__measure(&watch->report);
	return err ? status_of_error(err) : -1;
}

/* A screen must not cost a process that reaches many of them more than a screen may cost. */
static int on_checkpoint(struct watch *watch)
{
	if (!watch->live)
		return take_one(watch, MOMENT_CHECKPOINT);
	if (live__may_look(watch->live)) {
		/* The next one of the interval is a whole interval later. */
		watch->interval_ns = 0;
		return take_one(watch, MOMENT_CHECKPOINT);
	}
	engine__answer_checkpoint(watch->engine, false);
	watch->passed += !live__paused(watch->live);
	return -1;
}

static int handle_event(struct watch *watch, enum engine_event event)
{
	switch (event) {
	case ENGINE_TICK:
		return watch->live && live__paused(watch->live) ? -1
								: take_one(watch, MOMENT_INTERVAL);
	case ENGINE_ASKED:
		return take_one(watch, MOMENT_ASKED);
	case ENGINE_INPUT:
		return on_keys(watch);
	case ENGINE_RESIZED:
		return on_resize(watch);
	case ENGINE_INTERRUPTED:
		return STATUS_OK;
	case ENGINE_ENDED:
		return on_ended(watch);
	case ENGINE_POLLED:
		return -1;
	case ENGINE_LAST_CHANCE:
		engine__resume(watch->engine);
		return -1;
	case ENGINE_CHECKPOINT:
		return on_checkpoint(watch);
	}
	return STATUS_INTERNAL;
}

static int watch_loop(struct watch *watch)
{
	enum engine_event event;
	int status = -1, err;

	err = set_pace(watch);
	/* Who looks at a screen does not wait for its first moment. */
	if (!err && watch->live)
		status = take_one(watch, MOMENT_ASKED);
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

/* One who asked for a number of reports, for all details or for a document, gets text. */
static bool wants_live(const struct options *options)
{
	return !options->output && !options->json && !options->count && !options->detail &&
	       !documents_wanted(options) && live_possible();
}

static enum live_signs signs_for(const struct options *options, bool unicode)
{
	const char *term = getenv("TERM");

	if (options->signs != SIGNS_AUTO)
		return options->signs;
	/* The console of Linux has no font with all of the blocks. */
	return !unicode || (term && !strncmp(term, "linux", 5)) ? SIGNS_ASCII : SIGNS_BLOCKS;
}

static int open_live(struct watch *watch)
{
	const struct options *options = &watch->options;
	struct live_options live = {
		.filter = options->filter,
		.order = options->order_given ? options->order : ROW_BY_RESIDENT,
		.unicode = watch->report.view.unicode,
		.color = watch->report.view.color,
		.interval_ns = options->interval_ns,
		.history_bytes = options->history_bytes,
	};
	int err;

	live.signs = signs_for(options, live.unicode);
	err = live__new(&live, &watch->live);
	if (err)
		return err;
	return engine__watch_input(watch->engine, STDIN_FILENO);
}

static int watch_process(struct watch *watch)
{
	bool live = wants_live(&watch->options);
	struct engine_options options;
	int err;

	if (report__open(&watch->report, &watch->options, STDOUT_FILENO, true))
		return STATUS_INTERNAL;
	if (documents__open(&watch->documents, &watch->options))
		return STATUS_INTERNAL;
	if (watch->options.record && recorder__open(&watch->recorder, watch->options.record))
		return STATUS_INTERNAL;
	options = options__engine(&watch->options);
	/* What is stored was scanned for its moment. A test has reports that are not. */
	options.reuse_still = (live && !watch->options.record) || test_point_hides("whole-scans");
	err = engine__new(&options, &watch->engine);
	if (!err)
		err = options__attach(&watch->options, watch->engine);
	if (!err)
		options__try_checkpoints(&watch->options, watch->engine);
	if (!err && live)
		err = open_live(watch);
	return err ? status_of_error(err) : watch_loop(watch);
}

static int close_documents(struct watch *watch)
{
	int err = 0, closed;

	if (watch->has_last)
		err = documents__write_one(&watch->documents, &watch->last, &watch->report.view);
	drop_last(watch);
	closed = documents__close(&watch->documents);
	return err ? err : closed;
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
		live__free(watch.live);
		if (watch.passed)
			log_warn("%" PRIu64
				 " checkpoints have no moment: they came too soon after a look",
				 watch.passed);
		if (close_documents(&watch) && status == STATUS_OK)
			status = STATUS_INTERNAL;
		err = report__close(&watch.report);
		if (err && status == STATUS_OK)
			status = report_status(err);
	}
	recorder__close(&watch.recorder);
	symbols_seen__deinit(&watch.seen);
	engine__free(watch.engine);
	options__deinit(&watch.options);
	return status;
}
