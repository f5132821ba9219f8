/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the live view draws into: characters with a style, in rows and columns. What lies outside is
 * dropped, so that any size of a screen can be drawn for.
 */
#ifndef LIVE_CELLS_H
#define LIVE_CELLS_H

#include <stdbool.h>
#include <stdint.h>

/* What a place means; the screen knows how it looks in so many colours. */
enum live_style {
	LIVE_PLAIN,
	LIVE_STRONG,   /* headings of groups */
	LIVE_DIM,      /* says nothing now */
	LIVE_ALARM,    /* something is wrong, or not complete */
	LIVE_BAR,      /* the heading of the columns */
	LIVE_KEY,      /* a key of the footer */
	LIVE_TOUCHED,  /* resident, and touched in its present life */
	LIVE_RESIDENT, /* resident, not touched since */
	LIVE_ZERO,     /* the zero page */
	LIVE_ABSENT,
	LIVE_GROWS,
	LIVE_SHRINKS,
	LIVE_SWAPPED,
	LIVE_TONE_1, /* these mean what the legend of an opened row says */
	LIVE_TONE_2,
	LIVE_TONE_3,
	LIVE_TONE_4,
	LIVE_TONE_5,
	LIVE_TONE_6,
	LIVE_STYLES,
};

#define CELL_MARKS 3u

struct live_cell {
	uint32_t character;	    /* 0: the second column of the one in front */
	uint32_t marks[CELL_MARKS]; /* combining characters that stand on it; 0: no more */
	uint16_t style;		    /* enum live_style */
	uint16_t cursor;	    /* the row or place that the cursor stands on */
};

struct cells {
	uint32_t rows, columns;
	struct live_cell *cells; /* row by row; owned */
	bool unicode;		 /* false: what is no ASCII is shown as '?' */
};

/* Room for a screen of that size, all blank. 0 or -ENOMEM, and then it has no rows. */
int cells__resize(struct cells *cells, uint32_t rows, uint32_t columns);
void cells__deinit(struct cells *cells);

void cells__clear(struct cells *cells);

/* One character of one column. */
void cells__set(struct cells *cells, uint32_t row, uint32_t column, enum live_style style,
		uint32_t character);

/*
 * At most width columns of text (UTF-8, safe: format_name); returns the columns it takes. Of
 * the combining characters on one character the first CELL_MARKS are kept.
 */
uint32_t cells__put(struct cells *cells, uint32_t row, uint32_t column, uint32_t width,
		    enum live_style style, const char *text);

/* The same for ASCII, at the right end of width columns. */
void cells__put_right(struct cells *cells, uint32_t row, uint32_t column, uint32_t width,
		      enum live_style style, const char *text);

/* All of a row: blanks take this style, too. */
void cells__paint_row(struct cells *cells, uint32_t row, enum live_style style);
void cells__mark_row(struct cells *cells, uint32_t row);

/* The cursor stands on that place. */
void cells__mark(struct cells *cells, uint32_t row, uint32_t column);

#endif
