/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From what somebody has chosen to see to the cells of a screen. */
#ifndef LIVE_DRAW_H
#define LIVE_DRAW_H

#include "live/cells.h"
#include "live/state.h"

/* All of the cells, which have the state's size. 0 or -ENOMEM. */
int live_draw(const struct live_state *state, struct cells *cells);

/* draw_bars.c: the first line and the last two. */
void draw_header(const struct live_state *state, struct cells *cells);
void draw_sentence(const struct live_state *state, struct cells *cells);
void draw_footer(const struct live_state *state, struct cells *cells);

/* draw_rows.c: titles and rows. 0 or -ENOMEM. */
int draw_rows(const struct live_state *state, struct cells *cells);

/* draw_zoom.c: the row that is opened. 0 or -ENOMEM. */
int draw_zoom(const struct live_state *state, struct cells *cells);

#endif
