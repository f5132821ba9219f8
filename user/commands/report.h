/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where reports go and what they look like: chosen once from the options.
 */
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
	bool failed; /* a report is not whole */
	bool redraw; /* a terminal that is drawn over */
	struct view view;
	const struct renderer *renderer;
};

/*
 * fallback: the descriptor of stdout or stderr, when there is no -o. live: one report after the
 * other, drawn over if it is a terminal. The report stays where it is. 0 or -errno, logged.
 */
int report__open(struct report *report, const struct options *options, int fallback, bool live);

/* Reads the terminal's size again. */
void report__measure(struct report *report);

/* 0 or -errno; -EPIPE when the reader has gone. */
int report__print(struct report *report, const struct moment *moment);

/* What was rendered to report->out goes out; err: how that went. 0 or -errno. */
int report__done(struct report *report, int err);

/*
 * A failed write (a full disk) is told here at the latest. A file of -o is replaced now, if a
 * whole report was written. 0 or -errno.
 */
int report__close(struct report *report);

/* The exit status of a print or close that failed: a closed pipe ends quietly. Logs the rest. */
int report_status(int err);

#endif
