/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The pages of text: the keys and signs, what went wrong. */
#ifndef LIVE_PAGE_H
#define LIVE_PAGE_H

#include "live/cells.h"
#include "live/state.h"

/* Draws the state's page from its first line on, between the header and the footer. */
void page_draw(const struct live_state *state, struct cells *cells);

/* Lines that the page has at the state's width. */
uint32_t page_lines(const struct live_state *state);

/* Lines of a page that fit on the screen. */
uint32_t page_room(const struct live_state *state);

#endif
