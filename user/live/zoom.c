/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/zoom.h"

#include <stdlib.h>

#include "live/picture_priv.h"

#define WIDE 110u	/* columns from which on the facts stand beside the canvas */
#define FACTS_WIDTH 44u /* columns of them there */
#define NARROW 60u
#define ONE_LEGEND 150u /* columns in which all signs and colours have room */

static uint32_t less_rows(uint32_t from, uint32_t by)
{
	return from > by ? from - by : 0;
}

/* Header and title above, the footer below; then what there is room for, the canvas first. */
struct zoom_layout zoom_layout(uint32_t rows, uint32_t columns)
{
	uint32_t left = less_rows(rows, 3), legend, cursor, facts;
	bool wide = columns >= WIDE, narrow = columns < NARROW;
	struct zoom_layout layout = { 0 };

	legend = left < 5 ? 0 : columns >= ONE_LEGEND || left < 9 ? 1 : 2;
	cursor = left < 3 ? 0 : left < 9 ? 1 : narrow ? 3 : 2;
	facts = wide || left < 9 ? 0 : rows / 6;
	left = less_rows(left, legend + cursor + facts);
	layout.canvas = (struct box){ 2, 0, left ? left : 1, columns ? columns : 1 };
	if (wide)
		layout.canvas.columns -= FACTS_WIDTH + 2;
	layout.cursor = (struct box){ 2 + left, 0, cursor, columns };
	layout.facts = (struct box){ 2 + left + cursor, 0, facts, columns };
	layout.legend = (struct box){ 2 + left + cursor + facts, 0, legend, columns };
	if (wide)
		layout.facts = (struct box){ 2, columns - FACTS_WIDTH, left, FACTS_WIDTH };
	return layout;
}

bool zoom_possible(const struct item *item)
{
	return item->start < item->end;
}

struct item *zoom__item(const struct live_state *state)
{
	size_t index = picture__find(state->picture, &state->zoom->key);
	struct item *item = index == NO_ITEM ? NULL : &state->picture->items[index];

	return item && zoom_possible(item) ? item : NULL;
}

bool zoom__letters(const struct live_state *state)
{
	return !state->colors;
}

uint32_t zoom__cells(const struct live_state *state)
{
	return zoom__letters(state) ? 1 : signs__cells(signs_of(state->signs));
}

/* Rows and columns would cost too much: pages are shown from now on. */
static void give_up_grid(const struct live_state *state)
{
	struct zoom *zoom = state->zoom;
	uint32_t rows = zoom->window.room[0], columns = zoom->window.room[1];

	zoom->scattered = true;
	zoom->window.grid = false;
	window__open(&zoom->window, rows, columns);
}

int zoom__count(const struct live_state *state)
{
	const struct item *item = zoom__item(state);
	struct zoom *zoom = state->zoom;
	struct tally_input input;
	int err = 0;

	if (!item)
		return 0;
	input = picture__input(state->picture, item->process);
	if (zoom->counts_stale) {
		zoom->shades = shades__of(zoom->colour, state->picture, item);
		err = field__fill(&zoom->field, &zoom->window, &zoom->shades, &input, item);
	}
	if (!err && zoom->counts_stale && !zoom->field.told) {
		give_up_grid(state);
		err = field__fill(&zoom->field, &zoom->window, &zoom->shades, &input, item);
	}
	zoom->counts_stale = err;
	if (!err && zoom->facts_stale) {
		free(zoom->facts);
		zoom->facts = zoom_facts_text(state, item);
		zoom->facts_stale = false;
	}
	return err;
}
