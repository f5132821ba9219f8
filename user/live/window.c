/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/window.h"

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t divide_up(uint64_t count, uint64_t by)
{
	return count / by + (count % by != 0);
}

static uint64_t share_of(uint64_t value, uint64_t count, uint64_t parts)
{
	return (uint64_t)((unsigned __int128)value * count / parts);
}

static uint64_t room_of(const struct window *window)
{
	return (uint64_t)window->room[0] * window->room[1];
}

static uint32_t axis_cells(const struct window *window, int axis)
{
	return (uint32_t)least_of(window->axes[axis].count, window->room[axis]);
}

/* Cells that have a page. */
static uint64_t page_cells(const struct window *window)
{
	uint64_t left = window->pages > window->first ? window->pages - window->first : 0;

	return least_of(divide_up(left, window->each), room_of(window));
}

uint32_t window__rows(const struct window *window)
{
	if (window->grid)
		return axis_cells(window, AXIS_ROWS);
	return (uint32_t)divide_up(page_cells(window), window->room[1]);
}

uint32_t window__columns(const struct window *window)
{
	if (window->grid)
		return axis_cells(window, AXIS_COLUMNS);
	return (uint32_t)least_of(page_cells(window), window->room[1]);
}

void window__cell(const struct window *window, int axis, uint32_t cell, uint64_t *start,
		  uint64_t *end)
{
	const struct axis *of = &window->axes[axis];
	uint32_t cells = axis_cells(window, axis);

	*start = of->first + share_of(cell, of->count, cells);
	*end = of->first + share_of(cell + 1ull, of->count, cells);
}

bool window__pages(const struct window *window, uint32_t row, uint32_t column, uint64_t *start,
		   uint64_t *end)
{
	uint64_t cell = (uint64_t)row * window->room[1] + column;

	if (cell >= page_cells(window))
		return false;
	*start = window->first + cell * window->each;
	*end = least_of(*start + window->each, window->pages);
	return true;
}

static uint64_t most_each(const struct window *window)
{
	return divide_up(window->pages, room_of(window));
}

/* The last window ends with the last page; windows begin with a whole cell. */
static uint64_t last_first(const struct window *window)
{
	uint64_t shown = divide_up(window->pages, window->each);

	return shown > room_of(window) ? (shown - room_of(window)) * window->each : 0;
}

static void clamp_pages(struct window *window)
{
	uint64_t most = most_each(window);

	if (window->whole || window->each > most)
		window->each = most;
	window->whole = window->each == most;
	window->first = least_of(window->first - window->first % window->each, last_first(window));
}

static void clamp_axis(struct axis *axis, bool whole)
{
	if (whole || axis->count > axis->total)
		axis->count = axis->total;
	axis->first = least_of(axis->first, axis->total - axis->count);
}

void window__point(struct window *window, uint32_t row, uint32_t column)
{
	uint32_t rows = window__rows(window), columns = window__columns(window);
	uint64_t cells;

	window->cursor[0] = row < rows ? row : rows - 1;
	window->cursor[1] = column < columns ? column : columns - 1;
	if (window->grid)
		return;
	cells = page_cells(window);
	if ((uint64_t)window->cursor[0] * window->room[1] + window->cursor[1] >= cells)
		window->cursor[1] = (uint32_t)((cells - 1) % window->room[1]);
}

/* What the cursor stands on: its first row and column, or its first page. */
static void place_of(const struct window *window, uint64_t place[2])
{
	uint64_t end;
	int i;

	place[0] =
		window->first +
		((uint64_t)window->cursor[0] * window->room[1] + window->cursor[1]) * window->each;
	place[1] = 0;
	for (i = 0; window->grid && i < 2; i++)
		window__cell(window, i, window->cursor[i], &place[i], &end);
}

/* The last cell that begins at or before an element. */
static uint32_t cell_of(const struct window *window, int axis, uint64_t element)
{
	const struct axis *of = &window->axes[axis];
	uint64_t at = element > of->first ? element - of->first : 0;

	at = least_of(at, of->count - 1);
	return (uint32_t)((((unsigned __int128)at + 1) * axis_cells(window, axis) - 1) / of->count);
}

static void point_to(struct window *window, const uint64_t place[2])
{
	uint64_t at;

	if (window->grid) {
		window__point(window, cell_of(window, 0, place[0]), cell_of(window, 1, place[1]));
		return;
	}
	at = place[0] > window->first ? (place[0] - window->first) / window->each : 0;
	at = least_of(at, page_cells(window) - 1);
	window__point(window, (uint32_t)(at / window->room[1]), (uint32_t)(at % window->room[1]));
}

void window__open(struct window *window, uint32_t rows, uint32_t columns)
{
	int i;

	window->room[0] = rows;
	window->room[1] = columns;
	window->cursor[0] = window->cursor[1] = 0;
	window->first = 0;
	window->whole = true;
	for (i = 0; window->grid && i < 2; i++) {
		window->axes[i].first = 0;
		clamp_axis(&window->axes[i], true);
	}
	if (!window->grid)
		clamp_pages(window);
}

void window__fit(struct window *window, uint32_t rows, uint32_t columns)
{
	uint64_t place[2];
	int i;

	place_of(window, place);
	window->room[0] = rows;
	window->room[1] = columns;
	for (i = 0; window->grid && i < 2; i++)
		clamp_axis(&window->axes[i], window->whole);
	if (!window->grid)
		clamp_pages(window);
	point_to(window, place);
}

/* Keeps an element in its cell, as far as the ends allow. */
static bool zoom_axis(struct window *window, int axis, bool in, uint64_t place)
{
	struct axis *of = &window->axes[axis];
	bool small = of->unit > of->total / window->room[axis];
	uint64_t least = small ? of->total : window->room[axis] * of->unit, count, before;

	if (in)
		count = of->count / 2 > least ? of->count / 2 : least_of(of->count, least);
	else
		count = of->count > of->total / 2 ? of->total : of->count * 2;
	if (count == of->count)
		return false;
	before = share_of(place - of->first, count, of->count);
	of->count = count;
	of->first = place > before ? place - before : 0;
	clamp_axis(of, false);
	return true;
}

static bool zoom_pages(struct window *window, bool in, uint64_t place)
{
	uint64_t most = most_each(window), each = in ? window->each / 2 : window->each * 2, before;

	each = each < 1 ? 1 : least_of(each, most);
	if (each == window->each)
		return false;
	before = (place - window->first) / window->each * each;
	window->each = each;
	window->whole = each == most;
	window->first = place > before ? place - before : 0;
	clamp_pages(window);
	return true;
}

bool window__zoom(struct window *window, bool in)
{
	uint64_t place[2];
	bool changed = false;
	int i;

	place_of(window, place);
	for (i = 0; window->grid && i < 2; i++)
		changed |= zoom_axis(window, i, in, place[i]);
	if (!window->grid)
		changed = zoom_pages(window, in, place[0]);
	else
		window->whole = window->axes[0].count == window->axes[0].total &&
				window->axes[1].count == window->axes[1].total;
	if (changed)
		point_to(window, place);
	return changed;
}

/* By as many elements or pages, as far as the ends allow. False: not at all. */
static bool shift_first(uint64_t *first, uint64_t last, uint64_t by, bool forward)
{
	uint64_t before = *first;

	if (forward)
		*first = last - before < by ? last : before + by;
	else
		*first = before < by ? 0 : before - by;
	return *first != before;
}

static bool pan_window(struct window *window, int axis, uint32_t cells, bool forward)
{
	struct axis *of = &window->axes[axis];

	if (!window->grid)
		return axis == AXIS_ROWS &&
		       shift_first(&window->first, last_first(window),
				   (uint64_t)cells * window->room[1] * window->each, forward);
	cells = cells < axis_cells(window, axis) ? axis_cells(window, axis) : 1;
	return shift_first(&of->first, of->total - of->count, divide_up(of->count, cells), forward);
}

bool window__step(struct window *window, int axis, bool forward)
{
	uint32_t cells = axis == AXIS_ROWS ? window__rows(window) : window__columns(window);
	uint32_t to[2] = { window->cursor[0], window->cursor[1] };
	uint64_t start, end;

	if (forward ? to[axis] + 1 >= cells : !to[axis]) {
		bool moved = pan_window(window, axis, 1, forward);

		window__point(window, to[0], to[1]);
		return moved;
	}
	to[axis] += forward ? 1 : -1;
	if (!window->grid && axis == AXIS_COLUMNS &&
	    !window__pages(window, to[0], to[1], &start, &end))
		return false;
	window__point(window, to[0], to[1]);
	return true;
}

void window__turn(struct window *window, bool forward)
{
	uint32_t rows = window__rows(window), row = window->cursor[0];

	if (!pan_window(window, AXIS_ROWS, rows, forward))
		row = forward ? rows - 1 : 0;
	window__point(window, row, window->cursor[1]);
}

void window__to_end(struct window *window, bool last)
{
	int i;

	for (i = 0; i < 2; i++)
		window->axes[i].first = last ? window->axes[i].total - window->axes[i].count : 0;
	if (!window->grid)
		window->first = last ? last_first(window) : 0;
	if (last)
		window__point(window, UINT32_MAX, UINT32_MAX);
	else
		window__point(window, 0, 0);
}
