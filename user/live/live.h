/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The live view: takes the terminal, shows one moment after another, and answers keys. Whoever has
 * it says when there is a moment, a key, another size.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "live/signs.h"
#include "live/terminal.h"
#include "model/moment.h"
#include "model/rows/view.h"

struct live_options {
	const char *filter; /* at the start; NULL: none; borrowed */
	enum row_order order;
	enum live_signs signs;
	bool unicode;
	bool color;
	uint64_t interval_ns;	/* between moments */
	uint64_t history_bytes; /* for moments to go back to */
};

enum live_answer {
	LIVE_GO_ON,
	LIVE_QUIT,
};

struct live;

/* Whether standard input and output are a terminal that can be drawn over. */
bool live_possible(void);

/* Messages go to the screen from now on, if stderr is a terminal. 0 or -errno, logged. */
int live__new(const struct live_options *options, struct live **ret);

/* Gives the terminal back; messages go to stderr again, and those that came meanwhile first. */
void live__free(struct live *live);

/* A moment is about to be taken: what it takes counts from here. */
void live__looks(struct live *live);

/*
 * Takes the moment over, also on failure, and shows it, unless an earlier one is looked at. 0 or
 * -errno.
 */
int live__show(struct live *live, struct moment *moment);

/* Handles the keys that were pressed. 0 and *ret, or -errno. */
int live__keys(struct live *live, enum live_answer *ret);

/* The terminal has another size, or its screen was used by others. 0 or -errno. */
int live__resized(struct live *live);

/* Nobody wants another moment now. */
bool live__paused(const struct live *live);

/* Whether a moment between those of the interval keeps to what watching may cost, and is wanted. */
bool live__may_look(const struct live *live);

/* The time between moments that keeps to what watching may cost; at least what was asked for. */
uint64_t live__interval(const struct live *live);

#endif
