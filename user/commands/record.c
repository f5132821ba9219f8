/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch record -o FILE: moments of a process or a command into a file. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"
#include "commands/engine_setup.h"
#include "commands/late.h"
#include "commands/launched.h"
#include "commands/options.h"
#include "commands/peaks.h"
#include "commands/record_name.h"
#include "commands/recorder.h"
#include "commands/supervise.h"
#include "commands/symbols.h"
#include "commands/usage.h"
#include "control/clock.h"
#include "model/moment_lists.h"

struct record {
	struct options options;
	struct recorder recorder;
	struct engine *engine;
	struct peaks peaks;
	struct symbols_seen seen;
	uint64_t moments;
	bool failed; /* the recording; a command is still followed to its end */
};

/*
 * The moment, begun at start_ns, is handed over. One whose peak is over by now has the lives that
 * ended meanwhile, so it is kept as well, and says so. 0 or -errno: nothing can be measured any more.
 */
static int keep_moment(struct record *record, struct moment *moment, uint64_t start_ns)
{
	int err = symbols_seen__note(&record->seen, &record->options.symbols, moment);
	uint64_t resident = 0;

	if (!err)
		err = moment__rss_alive(moment, &resident);
	if (moment->header.reason == MOMENT_PEAK && resident <= record->peaks.steps.last_pages)
		moment->header.reason = MOMENT_MISSED_PEAK;
	if (!err && !record->failed) {
		record->failed = recorder__add(&record->recorder, moment) != 0;
		record->moments += !record->failed;
	}
	moment__deinit(moment);
	peaks__took(&record->peaks, resident, start_ns);
	return err;
}

static int take_moment(struct record *record, enum moment_reason reason)
{
	uint64_t start = clock_now_ns();
	struct moment moment = { 0 };
	int err;

	if (record->failed)
		return 0;
	err = engine__report(record->engine, &moment);
	moment.header.reason = reason;
	if (err || (!record->moments && moment__all_exited(&moment) && record->options.pid_count)) {
		moment__deinit(&moment);
		return err;
	}
	return keep_moment(record, &moment, start);
}

/* A report of a process that has had its last look would use it up, and leave nothing to the end. */
static int take_meanwhile(struct record *record, enum moment_reason reason)
{
	return engine__kept_last(record->engine) ? 0 : take_moment(record, reason);
}

/* The process goes on before its moment is written. */
static int on_checkpoint(struct record *record)
{
	uint64_t start = clock_now_ns();
	struct moment moment = { 0 };
	uint32_t pid;
	const char *name = engine__checkpoint(record->engine, &pid);
	int err = record->failed ? 0 : engine__report(record->engine, &moment);

	if (!err)
		err = moment__set_reason(&moment, MOMENT_CHECKPOINT, name);
	engine__answer_checkpoint(record->engine, !err && !record->failed);
	if (!err && !record->failed)
		return keep_moment(record, &moment, start);
	moment__deinit(&moment);
	return err;
}

static int on_last_chance(struct record *record)
{
	int err;

	progress_begin_below();
	err = engine__keep_last(record->engine);
	progress_end();
	engine__resume(record->engine);
	return err;
}

/* Signals are meant for a command; SIGINT it has from the terminal. */
static void forward_signal(struct engine *engine)
{
	int number = engine__take_signal(engine);

	if (number && number != SIGINT)
		engine__kill_launched(engine, number);
}

static int handle_event(struct record *record, enum engine_event event)
{
	switch (event) {
	case ENGINE_TICK:
		return take_meanwhile(record, MOMENT_INTERVAL);
	case ENGINE_POLLED:
		return peaks__due(&record->peaks) ? take_meanwhile(record, MOMENT_PEAK) : 0;
	case ENGINE_ASKED:
		return take_meanwhile(record, MOMENT_ASKED);
	case ENGINE_CHECKPOINT:
		return on_checkpoint(record);
	case ENGINE_LAST_CHANCE:
		return on_last_chance(record);
	case ENGINE_INTERRUPTED:
		if (!record->options.pid_count)
			forward_signal(record->engine);
		return 0;
	default:
		return 0;
	}
}

/* What is over for a process, not for a command. */
static bool is_enough(const struct record *record, enum engine_event event)
{
	if (event == ENGINE_ENDED)
		return true;
	if (!record->options.pid_count)
		return false;
	return event == ENGINE_INTERRUPTED || record->failed ||
	       (record->options.count && record->moments >= record->options.count);
}

static int record_loop(struct record *record, enum engine_event *ret)
{
	int err = peaks__begin(&record->peaks, &record->options, record->engine);

	if (!err)
		err = engine__set_interval(record->engine, record->options.interval_ns);
	*ret = ENGINE_TICK;
	while (!err && !is_enough(record, *ret)) {
		err = engine__next(record->engine, ret);
		if (!err)
			err = handle_event(record, *ret);
	}
	return err;
}

static int record_process(struct record *record)
{
	enum engine_event last;
	char name[256];
	int err = options__attach(&record->options, record->engine);

	if (!err)
		options__try_checkpoints(&record->options, record->engine);
	if (!err)
		err = record_loop(record, &last);
	/* One who ends it wants to know what there was then. */
	if (!err && !record->failed && last == ENGINE_INTERRUPTED)
		err = take_moment(record, MOMENT_ASKED);
	if (!err && !record->failed && last == ENGINE_ENDED) {
		log_note("%s ended", options__name_targets(&record->options, name, sizeof(name)));
		if (record->moments && engine__ended_since_report(record->engine))
			err = take_moment(record, MOMENT_END);
	}
	if (err || record->failed)
		return err ? status_of_error(err) : STATUS_INTERNAL;
	if (!record->moments || !symbols_seen__all(&record->seen, &record->options.symbols))
		return STATUS_UNMEASURED;
	return STATUS_OK;
}

/* Its last moment is from before it gave its memory back. */
static int record_end(struct record *record)
{
	const char *why = engine__why_late(record->engine);

	if (record->failed)
		return 0;
	progress_begin_below();
	if (!engine__kept_last(record->engine))
		log_warn("the command ended before its pages could be read");
	else if (why)
		log_info("%s; pages are as of its exit", why);
	return take_moment(record, MOMENT_END);
}

static int record_command(struct record *record)
{
	struct launch_options launch = { .argv = record->options.command,
					 .user = record->options.user };
	enum engine_event last;
	bool exec_failed;
	int err = engine__launch(record->engine, &launch, &exec_failed);

	if (err)
		return launched__status_of_error(*record->options.command, err, exec_failed);
	launched__tell_binary(record->engine, *record->options.command);
	err = record_loop(record, &last);
	if (!err)
		err = record_end(record);
	if (err)
		log_error("cannot follow the command: %s", strerror(-err));
	if (err || record->failed)
		return STATUS_RUN_FAILED;
	return supervise_status(engine__wait_status(record->engine));
}

/* What there is now, and what reads it: else nobody knows that it went well. */
static void tell_recording(const struct record *record)
{
	bool one = record->moments == 1;

	if (record->moments && !record->failed)
		log_note("%" PRIu64 " moment%s recorded; pagewatch report %s shows %s",
			 record->moments, one ? "" : "s", record->recorder.path,
			 one ? "it" : "them");
}

static int start_recording(struct record *record)
{
	bool launches = !record->options.pid_count;
	struct engine_options options = options__engine(&record->options);
	int err;

	if (recorder__open(&record->recorder, record->options.output))
		return launches ? STATUS_RUN_FAILED : STATUS_INTERNAL;
	err = engine__new(&options, &record->engine);
	if (err)
		return launches ? STATUS_RUN_FAILED : status_of_error(err);
	return launches ? record_command(record) : record_process(record);
}

static int check_usage(const struct options *options)
{
	if (!options->output)
		return usage_error("no file given: record -o FILE (-p PID | -- CMD...)");
	if (!options->pid_count && !*options->command)
		return usage_error("nothing to record: -p PID, or a command");
	if (options->pid_count && *options->command)
		return usage_error("unexpected argument '%s'", *options->command);
	if (options->count && !options->pid_count)
		return usage_error("-n needs -p: a command is recorded to its end");
	return record_name__check("-o", options->output);
}

int command_record(int argc, char **argv)
{
	struct record record = { 0 };
	int status = options__parse(&record.options, OPTIONS_RECORD, argc, argv);

	if (status < 0)
		status = check_usage(&record.options);
	if (status < 0)
		status = start_recording(&record);
	tell_recording(&record);
	symbols_seen__deinit(&record.seen);
	engine__free(record.engine);
	recorder__close(&record.recorder);
	options__deinit(&record.options);
	return status;
}
