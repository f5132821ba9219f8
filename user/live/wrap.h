/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Text in lines of some width. */
#ifndef LIVE_WRAP_H
#define LIVE_WRAP_H

#include <stddef.h>

#include "live/cells.h"

/* The first words of *rest that fit into so many columns; *rest is what is left of the text. */
void wrap_line(const char **rest, uint32_t columns, char *line, size_t size);

/* A part of the screen. */
struct box {
	uint32_t row, column, rows, columns;
};

/*
 * Puts text into the box, from *line of it on, in as many lines as it takes; *line is the line
 * behind it. What does not fit is left out, and ".." says so.
 */
void wrap_text(struct cells *cells, const struct box *box, uint32_t *line, enum live_style style,
	       const char *text);

#endif
