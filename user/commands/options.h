/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The command line as plain values. option_table.h says which options there are and what each
 * takes.
 */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/kernel/faults.h"
#include "collect/pages/pagemap.h"
#include "facts/array.h"
#include "facts/symbol.h"
#include "live/signs.h"
#include "model/rows/view.h"

enum check_format { FORMAT_TEXT, FORMAT_TAP, FORMAT_JSON, FORMAT_JUNIT };

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Where expectations come from: a text in argv, or the lines of a file. */
struct expect_source {
	const char *text;
	const char *path; /* NULL: text */
	char typed[64];	  /* the option as it was typed */
};

struct options {
	uint32_t *pids; /* -p, each once, owned */
	size_t pid_count;
	size_t pid_capacity;
	struct array_list marks;    /* --array, owned */
	struct symbol_list symbols; /* --symbol, owned */
	bool children;
	bool json;
	bool no_python;		 /* --no-python: do not read a Python's memory */
	bool freeze;		 /* --freeze: targets stand still for each snapshot */
	bool pfn;		 /* --pfn: where pages are in physical memory */
	bool pages;		 /* --pages: every run of equal pages in the JSON */
	bool detail;		 /* --detail: heat, index ranges, grids */
	bool mappings;		 /* --mappings: a row for each mmap call */
	uint64_t heap_min_bytes; /* --heap; 0: not given */
	uint32_t heap_blocks;
	uint64_t min_bytes; /* --min-size */
	bool min_given;	    /* it was given */
	const char *filter;
	enum row_order order;
	bool order_given;
	uint32_t top;
	uint32_t retired;
	uint64_t interval_ns;
	bool interval_given;
	bool no_peaks;	      /* --no-peaks: no moments at peaks of RSS */
	bool moments;	      /* --moments: run lists them */
	uint64_t max_hold_ns; /* --max-hold; 0: none */
	uint64_t count;	      /* reports; 0: no end */
	enum faults_backend backend;
	enum page_reader reader;
	uint32_t chunk_slots;
	uint32_t processes; /* 0: default */
	uint32_t ring_bytes;
	const char *output; /* -o */
	const char *html;   /* --html */
	const char *perfetto;
	const char *firefox;
	const char *png; /* --png, --svg, --pdf */
	const char *svg;
	const char *pdf;
	const char *record; /* --record */
	const char *before; /* --before */
	const char *after;  /* --after */
	const char *moment; /* --moment */
	bool side_by_side;  /* --side-by-side */
	const char *user;   /* -u */
	enum color_when color;
	enum live_signs signs;		    /* --signs */
	uint64_t history_bytes;		    /* --history */
	const char *stop_at;		    /* --at */
	struct expect_source *expectations; /* -e and -f, in order, owned */
	size_t expectation_count;
	size_t expectation_capacity;
	enum check_format format;
	bool expect_any_status;
	uint32_t expect_status;
	uint32_t verbose; /* how often -v was given */
	bool quiet;	  /* -q: no progress, no notes */
	char **command;	  /* what follows the options; NULL-terminated */
};

/* The commands, as a set of those that take an option. */
enum option_set {
	OPTIONS_WATCH = 1 << 0,
	OPTIONS_SNAP = 1 << 1,
	OPTIONS_RUN = 1 << 2,
	OPTIONS_PROBE = 1 << 3,
	OPTIONS_CHECK = 1 << 4,
	OPTIONS_RECORD = 1 << 5,
	OPTIONS_REPORT = 1 << 6,
	OPTIONS_DIFF = 1 << 7,
	OPTIONS_FILE = 1 << 8,
	OPTIONS_ALL = (1 << 9) - 1,
};

/*
 * Parses argv[1..] of a command. Returns -1 to go on, or the exit status to end with (help was
 * printed, or misuse was reported).
 */
int options__parse(struct options *options, enum option_set command, int argc, char **argv);
void options__deinit(struct options *options);

#endif
