/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What somebody has chosen to see: pure, changed by keys and by new pictures, drawn by draw.h.
 */
#ifndef LIVE_STATE_H
#define LIVE_STATE_H

#include "live/history.h"
#include "live/key.h"
#include "live/list.h"
#include "live/messages.h"
#include "live/prompt.h"
#include "live/shades.h"
#include "live/signs.h"
#include "live/trend.h"

enum live_page { PAGE_LIST, PAGE_HELP, PAGE_SORT, PAGE_MESSAGES };
enum live_asks { ASKS_NOTHING, ASKS_SEARCH, ASKS_FILTER };
enum live_wish { LIVE_STAY, LIVE_LEAVE, LIVE_STEP };

struct zoom;

struct live_state {
	struct picture *picture;       /* borrowed; NULL before the first one */
	const struct history *history; /* of the pictures; borrowed; NULL: none is kept */
	int64_t step;		       /* of LIVE_STEP: moments later; INT64_MAX: now */
	struct list list;	       /* of the picture */
	struct folds folds;
	struct zoom *zoom;	 /* the row that is opened; NULL: none; owned */
	enum live_colour colour; /* of opened rows */
	enum list_order order;
	bool reversed, flat, paused;
	enum live_page page;
	uint32_t page_top; /* first line of a page that is longer than the screen */
	uint32_t menu_at;  /* the sort menu's choice */
	enum live_asks asks;
	struct prompt prompt;
	char filter[PROMPT_MAX], search[PROMPT_MAX];
	char filter_before[PROMPT_MAX]; /* comes back when the prompt is left by Escape */
	struct item_key cursor;
	size_t at;		/* row of the cursor */
	size_t top;		/* first row on the screen */
	uint32_t rows, columns; /* of the screen */
	enum live_signs signs;
	bool colors;	    /* the screen shows them */
	bool touches;	    /* touches are known, and have columns */
	char note[160];	    /* until the next key; "": none */
	struct trend trend; /* of the processes' RSS */
	struct messages messages;
	size_t messages_seen;
	/* What watching costs. */
	uint64_t cpu_ns, wall_ns; /* of the last step */
	uint64_t interval_ns, asked_ns;
};

void live_state__deinit(struct live_state *state);

/* A new picture, of which the old one is no part. 0 or -ENOMEM. */
int live_state__show(struct live_state *state, struct picture *picture);

/* The screen has another size. */
void live_state__resize(struct live_state *state, uint32_t rows, uint32_t columns);

/* 0 and *ret, or -ENOMEM. */
int live_state__press(struct live_state *state, const struct live_key *key, enum live_wish *ret);

/* Lines of the list on the screen, and where the first one stands. */
#define LIVE_LIST_ROW 2u
uint32_t live_state__list_rows(const struct live_state *state);

/* state_list.c, for state.c: what keys do on the list. */
int state_build(struct live_state *state);
void state_move(struct live_state *state, int64_t rows);
void state_move_to(struct live_state *state, size_t row);
int state_fold(struct live_state *state);
int state_search(struct live_state *state, bool backwards);

/* Notes that the cursor's row has no rows to fold or open; nothing if it has. */
void state_tell_leaf(struct live_state *state);

/* The item that the cursor stands on, or NULL. */
struct item *live_state__item(const struct live_state *state);

const char *list_order_name(enum list_order order);

#endif
