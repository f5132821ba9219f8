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
#include "model/snapshot.h"
#include "render/text.h"

struct report {
	FILE *out;
	bool close; /* -o: ours to close */
	bool json;
	bool redraw; /* a terminal that is drawn over */
	enum row_order order;
	struct text_options text;
};

/* fallback: stdout or stderr, when there is no -o. live: redraw if it is a terminal. */
int report__open(struct report *report, const struct options *options, FILE *fallback, bool live);

/* Reads the terminal's size again. */
void report__measure(struct report *report);
uint32_t report__heat_cells(const struct report *report);
uint32_t report__grid_columns(const struct report *report); /* 0 without --grid */

/* 0 or -errno; -EPIPE when the reader has gone. Sorts the snapshot. */
int report__print(struct report *report, struct snapshot *snapshot);

/* Flushes; a failed write (a full disk) is told here at the latest. 0 or -errno. */
int report__close(struct report *report);

/* The exit status of a print or close that failed: a closed pipe ends quietly. Logs the rest. */
int report_status(int err);

#endif
