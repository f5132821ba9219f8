/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the cells of a window have: counts of each shade. */
#ifndef LIVE_FIELD_H
#define LIVE_FIELD_H

#include "live/shades.h"
#include "live/window.h"

struct field {			/* all zero: empty */
	uint32_t rows, columns; /* cells of it */
	uint32_t shades;
	bool told;	  /* false: too many pieces for rows and columns; the counts are 0 */
	uint64_t *counts; /* of each cell all elements or pages, then its shades; owned */
};

void field__deinit(struct field *field);

/*
 * Replaces the counts. Those of a grid are elements all of whose bytes are on pages of a shade;
 * else they are pages. 0 or -ENOMEM.
 */
int field__fill(struct field *field, const struct window *window, const struct shades *shades,
		const struct tally_input *input, const struct item *item);

/* Adds a cell's counts to sum[0] (all) and sum[1 + shade]. A cell that is not there adds nothing. */
void field__add(const struct field *field, uint32_t row, uint32_t column,
		uint64_t sum[1 + SHADES_MAX]);

#endif
