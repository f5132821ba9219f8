/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The opened row under the keys. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/part.h"
#include "live/zoom.h"

static void set_axis(struct axis *axis, int64_t count, int64_t stride, uint64_t page_bytes)
{
	uint64_t size = stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride;

	axis->total = (uint64_t)count;
	axis->unit = size && page_bytes / 2 > size ? page_bytes / 2 / size : 1;
	/* Elements at one address differ in nothing. */
	if (!size)
		axis->unit = axis->total;
}

/* What there is to be seen. False: it has turned from a grid to pages, or back. */
static bool set_totals(struct zoom *zoom, const struct item *item, uint64_t page_bytes)
{
	bool grid = item->array && part_possible(&item->array->desc) && !zoom->scattered;
	struct window *window = &zoom->window;
	bool same = window->grid == grid;
	int i;

	window->grid = grid;
	window->pages = (item->end - item->start) / page_bytes;
	if (!window->each)
		window->each = 1;
	for (i = 0; grid && i < 2; i++)
		set_axis(&window->axes[i], item->array->desc.shape->dims[i],
			 item->array->desc.shape->dims[i + 2], page_bytes);
	return same;
}

static void fit_window(struct live_state *state, const struct item *item, bool anew)
{
	struct zoom_layout layout = zoom_layout(state->rows, state->columns);
	uint32_t columns = layout.canvas.columns * zoom__cells(state);
	struct zoom *zoom = state->zoom;

	if (!set_totals(zoom, item, state->picture->moment.header.environment.page_bytes) || anew)
		window__open(&zoom->window, layout.canvas.rows, columns);
	else
		window__fit(&zoom->window, layout.canvas.rows, columns);
	zoom->counts_stale = true;
}

int state_open(struct live_state *state)
{
	struct item *item = live_state__item(state);
	struct zoom *zoom;

	if (!item)
		return 0;
	if (!zoom_possible(item))
		return state_fold(state);
	zoom = calloc(1, sizeof(*zoom));
	if (zoom)
		zoom->name = strdup(item->name);
	if (!zoom || !zoom->name) {
		free(zoom);
		return -ENOMEM;
	}
	zoom->key = item->key;
	zoom->colour = state->colour;
	zoom->facts_stale = true;
	state->zoom = zoom;
	fit_window(state, item, true);
	return 0;
}

void state_close(struct live_state *state)
{
	struct zoom *zoom = state->zoom;

	if (!zoom)
		return;
	state->zoom = NULL;
	field__deinit(&zoom->field);
	free(zoom->facts);
	free(zoom->name);
	free(zoom);
}

void state_fit_zoom(struct live_state *state, bool picture)
{
	struct item *item;

	if (!state->zoom || !state->picture)
		return;
	item = zoom__item(state);
	if (!item) {
		snprintf(state->note, sizeof(state->note), "closed, as it is gone: %s",
			 state->zoom->name);
		state_close(state);
		return;
	}
	fit_window(state, item, false);
	state->zoom->facts_stale |= picture;
}

static void next_colour(struct live_state *state)
{
	do
		state->colour = (enum live_colour)((state->colour + 1) % COLOURS);
	while (!state->touches && state->colour >= COLOUR_AGE);
	state->zoom->colour = state->colour;
	state->zoom->counts_stale = true;
}

static void zoom_by(struct live_state *state, bool in)
{
	if (window__zoom(&state->zoom->window, in))
		state->zoom->counts_stale = true;
	else
		snprintf(state->note, sizeof(state->note), "%s",
			 in ? "no nearer: the cells are as small as they get"
			    : "no farther: all of it is shown");
}

/* Left at the left edge is the way back. */
static void step_cursor(struct live_state *state, int axis, bool forward)
{
	struct zoom *zoom = state->zoom;
	struct window before = zoom->window;

	if (!window__step(&zoom->window, axis, forward) && axis == AXIS_COLUMNS && !forward) {
		state_close(state);
		return;
	}
	zoom->counts_stale |= memcmp(before.axes, zoom->window.axes, sizeof(before.axes)) ||
			      before.first != zoom->window.first;
}

static void turn_screen(struct zoom *zoom, bool forward)
{
	window__turn(&zoom->window, forward);
	zoom->counts_stale = true;
}

static void to_end(struct zoom *zoom, bool last)
{
	window__to_end(&zoom->window, last);
	zoom->counts_stale = true;
}

/* The cell at a place of the screen; outside of the canvas nothing happens. */
static bool point_at(struct live_state *state, const struct live_key *key)
{
	struct box canvas = zoom_layout(state->rows, state->columns).canvas;
	struct window *window = &state->zoom->window;
	uint64_t row = key->row - canvas.row, column = key->column;

	if (key->row < canvas.row || row >= canvas.rows || column >= canvas.columns)
		return false;
	column *= zoom__cells(state);
	if (window->grid) {
		row = row * window__rows(window) / canvas.rows;
		column = column * window__columns(window) / window->room[1];
	}
	window__point(window, (uint32_t)row, (uint32_t)column);
	return true;
}

static bool press_letter(struct live_state *state, uint32_t letter)
{
	switch (letter) {
	case 'q':
		state_close(state);
		return true;
	case '+':
	case '=':
	case '-':
	case '_':
		zoom_by(state, letter == '+' || letter == '=');
		return true;
	case 'h':
	case 'l':
		step_cursor(state, AXIS_COLUMNS, letter == 'l');
		return true;
	case 'j':
	case 'k':
		step_cursor(state, AXIS_ROWS, letter == 'j');
		return true;
	case 'g':
	case 'G':
		to_end(state->zoom, letter == 'G');
		return true;
	case 'c':
		next_colour(state);
		return true;
	default:
		return false;
	}
}

bool state_press_zoom(struct live_state *state, const struct live_key *key)
{
	switch (key->type) {
	case LIVE_CHARACTER:
		return press_letter(state, key->character);
	case LIVE_ESCAPE:
		state_close(state);
		return true;
	case LIVE_UP:
	case LIVE_DOWN:
		step_cursor(state, AXIS_ROWS, key->type == LIVE_DOWN);
		return true;
	case LIVE_LEFT:
	case LIVE_RIGHT:
		step_cursor(state, AXIS_COLUMNS, key->type == LIVE_RIGHT);
		return true;
	case LIVE_PAGE_UP:
	case LIVE_PAGE_DOWN:
		turn_screen(state->zoom, key->type == LIVE_PAGE_DOWN);
		return true;
	case LIVE_HOME:
	case LIVE_END:
		to_end(state->zoom, key->type == LIVE_END);
		return true;
	case LIVE_WHEEL_UP:
	case LIVE_WHEEL_DOWN:
		if (point_at(state, key))
			zoom_by(state, key->type == LIVE_WHEEL_UP);
		return true;
	case LIVE_CLICK:
	case LIVE_CLICK_TWICE:
		point_at(state, key);
		return true;
	default:
		return false;
	}
}
