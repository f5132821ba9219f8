/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The command line as plain values, and the exit statuses.
 */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/expect/checks.h"

enum exit_status {
	STATUS_OK = 0,
	STATUS_EXPECTATION = 1,
	STATUS_USAGE = 2,
	STATUS_UNMEASURED = 3,
	STATUS_INTERNAL = 4,
	STATUS_RUN_FAILED = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

enum check_format { FORMAT_TEXT, FORMAT_TAP, FORMAT_JSON, FORMAT_JUNIT };

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	uint32_t *pids; /* -p, each once, owned */
	size_t pid_count;
	size_t pid_capacity;
	struct array_list marks;    /* --array, owned */
	struct symbol_list symbols; /* --symbol, owned */
	bool children;
	bool json;
	bool no_python;		 /* --no-python: no look into a Python's memory */
	bool freeze;		 /* --freeze: targets stand still for each snapshot */
	bool pfn;		 /* --pfn: where pages lie in physical memory */
	bool pages;		 /* --pages: every run of like pages in the JSON */
	bool grid;		 /* --grid: heatmaps of two-dimensional arrays */
	bool mappings;		 /* --mappings: a row for each mmap call */
	uint64_t heap_min_bytes; /* --heap; 0: not given */
	uint32_t heap_blocks;
	uint64_t min_bytes;
	const char *filter;
	enum row_order order;
	uint32_t top;
	uint32_t retired;
	uint64_t interval_ns;
	uint64_t max_hold_ns; /* --max-hold; 0: none */
	uint64_t count;	      /* reports; 0: no end */
	enum faults_backend backend;
	bool backend_required;
	enum page_reader reader;
	uint32_t chunk_slots;
	uint32_t ring_bytes;
	const char *output; /* -o */
	const char *user;   /* -u */
	enum color_when color;
	const char *stop_at; /* --at */
	struct checks checks;
	enum check_format format;
	bool expect_any_status;
	uint32_t expect_status;
	char typed[64]; /* while parsing: the option at hand, as it was typed */
	char **command; /* what follows the options; NULL-terminated */
};

/* Which of the options a command takes: letters and names of options.c. */
enum option_set {
	OPTIONS_WATCH = 1 << 0,
	OPTIONS_SNAP = 1 << 1,
	OPTIONS_RUN = 1 << 2,
	OPTIONS_PROBE = 1 << 3,
	OPTIONS_CHECK = 1 << 4,
};

/*
 * Parses argv[1..] of a command. Returns -1 to go on, or the exit status to end
 * with (help was asked for, or misuse was reported).
 */
int options__parse(struct options *options, enum option_set command, int argc, char **argv);
void options__deinit(struct options *options);

/*
 * Watches each process that was asked for. 0 or -errno, logged: one that cannot be watched is
 * reason enough to watch none.
 */
int options__attach(const struct options *options, struct engine *engine);

/* "process 7" or "processes 7, 11 and 13", cut where it is too long. Returns buffer. */
char *options__name_targets(const struct options *options, char *buffer, size_t size);

/* The engine's part of it. */
struct engine_options options__engine(const struct options *options, uint32_t heat_cells);

/* "Try 'pagewatch --help'." after a message of misuse; returns STATUS_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The exit status for an engine error: what could not be measured is 3, the rest is 4. An error
 * that nobody has told yet is told.
 */
int status_of_error(int err);

#endif
