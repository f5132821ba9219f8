/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The part of an opened row that is on the screen, cut into cells, and the cell of the cursor. A
 * grid has rows and columns of elements. Without a grid the pages of a range follow each other,
 * line by line.
 */
#ifndef LIVE_WINDOW_H
#define LIVE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* Elements of one dimension of a grid. */
struct axis {
	uint64_t total;
	uint64_t first, count; /* what is shown of them: [first, first + count) */
	uint64_t unit;	       /* that lie on half a page: smaller cells tell nothing more */
};

enum { AXIS_ROWS, AXIS_COLUMNS };

struct window {
	bool grid;
	struct axis axes[2]; /* of a grid */
	/* Of pages: */
	uint64_t pages;	    /* of the range */
	uint64_t first;	    /* page of the first cell */
	uint64_t each;	    /* pages a cell; the last one of the range may have fewer */
	bool whole;	    /* all of it is shown, also when it grows */
	uint32_t room[2];   /* cells that the screen has room for; at least 1 */
	uint32_t cursor[2]; /* the cell it stands on: row and column */
};

/* Shows all of it. axes[].total and unit, or pages, are set. */
void window__open(struct window *window, uint32_t rows, uint32_t columns);

/*
 * Another room, or other totals: keeps the part and what the cursor stands on, as far as they are
 * still there.
 */
void window__fit(struct window *window, uint32_t rows, uint32_t columns);

/* Cells that there are: of pages the last line may have fewer columns. */
uint32_t window__rows(const struct window *window);
uint32_t window__columns(const struct window *window);

/* Elements [*start, *end) of an axis that a row or a column of a grid's cells has. */
void window__cell(const struct window *window, int axis, uint32_t cell, uint64_t *start,
		  uint64_t *end);

/* Pages [*start, *end) of a cell, counted from the first one of the range; false: there is none. */
bool window__pages(const struct window *window, uint32_t row, uint32_t column, uint64_t *start,
		   uint64_t *end);

/* Twice as near, or as far, around the cursor. False: nothing has changed. */
bool window__zoom(struct window *window, bool in);

/* Moves the cursor by one cell, and the window when it comes to its edge. False: that is the end. */
bool window__step(struct window *window, int axis, bool forward);

/* Moves the window by what it shows, and the cursor to the edge where nothing is left. */
void window__turn(struct window *window, bool forward);

/* The first or the last cell of all. */
void window__to_end(struct window *window, bool last);

/* Puts the cursor on a cell; one that is not there means the last one. */
void window__point(struct window *window, uint32_t row, uint32_t column);

#endif
