/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where reports go and what they look like: chosen once from the options. */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "commands/options.h"
#include "commands/output.h"
#include "model/moment.h"
#include "render/renderer.h"

struct report {
	struct output output;
	FILE *out;   /* the output's */
	bool failed; /* a report is incomplete */
	struct view view;
	const struct renderer *renderer;
};

/*
 * fallback: the descriptor of stdout or stderr, used without -o. live: one report after another.
 * The report must not move. 0 or -errno, logged.
 */
int report__open(struct report *report, const struct options *options, int fallback, bool live);

/* Reads the terminal's size again. */
void report__measure(struct report *report);

/* 0 or -errno; -EPIPE if the reader is gone. */
int report__print(struct report *report, const struct moment *moment);

/* Flushes what was rendered to report->out; err is the renderer's result. 0 or -errno. */
int report__done(struct report *report, int err);

/*
 * Reports a failed write (a full disk) at the latest. Replaces the file of -o if a complete report
 * was written. 0 or -errno.
 */
int report__close(struct report *report);

/*
 * The exit status for a failed print or close: a closed pipe ends quietly; other errors are logged.
 */
int report_status(int err);

#endif
