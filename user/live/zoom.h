/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A row of the list that is opened: an array of two dimensions in its own indices, anything else
 * by its pages. Keys change the window, the colour and the cursor. Counting is left to the next
 * drawing, which does it once for each change.
 */
#ifndef LIVE_ZOOM_H
#define LIVE_ZOOM_H

#include "live/field.h"
#include "live/state.h"
#include "live/wrap.h"

struct zoom {
	struct item_key key;
	char *name; /* safe; owned */
	enum live_colour colour;
	bool scattered; /* too many pieces for rows and columns: its pages are shown */
	struct window window;
	struct shades shades;
	struct field field;
	char *facts;	   /* lines about the row; owned; NULL: none */
	bool counts_stale; /* of shades and field */
	bool facts_stale;
};

/* Places of the screen. A box without rows is left out. */
struct zoom_layout {
	struct box canvas, cursor, facts, legend;
};

struct zoom_layout zoom_layout(uint32_t rows, uint32_t columns);

/* Whether a row can be opened: it has pages of its own, as groups and processes have not. */
bool zoom_possible(const struct item *item);

/* The item that is opened, or NULL if it is not in the picture. */
struct item *zoom__item(const struct live_state *state);

/* Cells side by side in a character. */
uint32_t zoom__cells(const struct live_state *state);

/* Whether letters stand for colours. */
bool zoom__letters(const struct live_state *state);

/* Counts what has changed. 0 or -ENOMEM. */
int zoom__count(const struct live_state *state);

/* state_zoom.c, for state.c. state_open: the row of the cursor; 0 or -ENOMEM. */
int state_open(struct live_state *state);
void state_close(struct live_state *state);

/* After a new picture or another size. A row that is gone is closed, and the note says so. */
void state_fit_zoom(struct live_state *state, bool picture);

/* A key that only the opened row knows. False: it is not one. */
bool state_press_zoom(struct live_state *state, const struct live_key *key);

/* zoom_text.c: what the cursor stands on; and all that is said of the row. The caller frees them. */
char *zoom_cursor_text(const struct live_state *state, const struct item *item);
char *zoom_facts_text(const struct live_state *state, const struct item *item);

#endif
