/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The one user of ncurses: cells to a terminal, keys from it. */
#ifndef LIVE_SCREEN_H
#define LIVE_SCREEN_H

#include <stdbool.h>

#include "live/cells.h"
#include "live/key.h"
#include "live/terminal.h"

struct screen;

/* Whether the terminal by the name in TERM can be drawn over; *strings what that takes, if so. */
bool screen_possible(int fd, struct terminal_strings *strings);

/*
 * Takes the screen of the terminal that is standard output, and keys from standard input. There is
 * one at a time. 0; -ENODEV: ncurses cannot use it; -ENOMEM.
 */
int screen__open(bool color, struct screen **ret);
void screen__close(struct screen *screen);

/* Whether it shows colours: not all terminals can, and not everybody wants them. */
bool screen__colors(const struct screen *screen);

/* The terminal's size as it is now; all is drawn anew. */
void screen__measure(uint32_t *rows, uint32_t *columns);

/* A key that was pressed; false: there is no more for now. */
bool screen__key(struct screen *screen, struct live_key *ret);

/* anew: whatever the terminal shows now. */
void screen__show(const struct screen *screen, const struct cells *cells, bool anew);

#endif
