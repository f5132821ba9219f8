/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A row of the live view that is opened: an array, or the region it lies in, of which the books say
 * what each page is.
 */
#ifndef TESTS_LIVE_OPENED_H
#define TESTS_LIVE_OPENED_H

#include "live/zoom.h"
#include "live_scene.h"

#define FIRST 1000u /* page of the arrays */
#define PAGES 256u  /* of each */
#define ROWS 128
#define COLUMNS 1024 /* of 8 bytes: a row has two pages */
#define ROW_BYTES (COLUMNS * 8)

enum book { BOOK_ABSENT, BOOK_TOUCHED, BOOK_UNTOUCHED, BOOK_ZERO, BOOK_SWAPPED };

/* Of a page counted from FIRST. Each state is there in runs of several lengths. */
enum book opened_book(uint64_t page);

struct opened_array {
	const char *name;
	uint64_t data; /* address of element 0 */
	int64_t rows, columns, row_stride, column_stride;
};

#define OPENED_ARRAYS 7u
extern const struct opened_array opened_arrays[OPENED_ARRAYS];

struct opened {
	struct picture *picture;
	struct live_state live;
	struct cells cells;
	const struct opened_array *view; /* NULL: the region, by its pages */
};

/* Opens the array, or the region where it is NULL, on a screen of that size. */
void opened_begin(struct opened *open, const struct opened_array *view, uint32_t rows,
		  uint32_t columns);
void opened_end(struct opened *open);

/* What is said of the cursor's cell, in one line. The caller frees it. */
char *opened_cursor(const struct opened *open);

/* All of that, or what it begins with; what the title ends with. */
void opened_expect_cursor(const struct opened *open, const char *expected);
void opened_expect_cell(const struct opened *open, const char *expected);
void opened_expect_title(struct opened *open, const char *expected);

#endif
