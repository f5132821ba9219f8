/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The signs of the live view: each means one thing, which the help page says. */
#ifndef LIVE_SIGNS_H
#define LIVE_SIGNS_H

#include <stdint.h>

#include "live/cells.h"
#include "render/heat_cell.h"

enum live_signs { SIGNS_AUTO, SIGNS_BLOCKS, SIGNS_BRAILLE, SIGNS_ASCII };

struct signs {
	uint32_t levels[HEAT_LEVELS]; /* how full, or how high */
	uint32_t zero;
	uint32_t absent;
	uint32_t open;	 /* what is below it is shown */
	uint32_t folded; /* and is not */
	bool braille;	 /* two cells of a heatmap a character */
};

/* Never NULL; SIGNS_AUTO is that of blocks. */
const struct signs *signs_of(enum live_signs which);

/* How many cells of a heatmap lie side by side in a character. */
uint32_t signs__cells(const struct signs *signs);

/* A character of a heatmap from as many cells, and its style. */
uint32_t signs__heat(const struct signs *signs, const struct heat_cell *cells,
		     enum live_style *style);

/* One column of a trend: the value between least and most. */
uint32_t signs__level(const struct signs *signs, uint64_t value, uint64_t least, uint64_t most);

#endif
