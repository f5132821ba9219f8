/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Random strided arrays and page sets, and a walk over every byte of every element: shared by
 * the tests of what the model says of arrays.
 */
#ifndef TESTS_STRIDED_H
#define TESTS_STRIDED_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/array.h"
#include "base/intervals.h"

/* A small page makes many borders in few elements; its size is data to the model. */
#define STRIDED_PAGE 64u
#define STRIDED_PAGES 4096u
#define STRIDED_DIMS 4u

struct strided {
	struct array_desc desc;
	struct array_shape shape;
	int64_t dims[2 * STRIDED_DIMS];
	uint64_t item;
	uint64_t elements;
};

uint64_t strided_random(uint64_t *random, uint64_t limit);

/*
 * Slices, transposed, reversed, broadcast and stepped views of a contiguous array, or strides out
 * of nowhere, which may overlap; of ndim dimensions, or any number with UINT32_MAX.
 */
void strided_draw(struct strided *array, uint64_t *random, uint32_t ndim);

/* Pages that are in: each by chance, in runs, or in blocks at a regular distance. */
void strided_draw_pages(bool pages[STRIDED_PAGES], uint64_t *random);

/* The same as ranges; the caller's to deinit. */
struct intervals strided_ranges(const bool pages[STRIDED_PAGES]);

/* The next index in C order; false after the last. All zero at first. */
bool strided_next(const struct strided *array, int64_t index[STRIDED_DIMS]);

/* Address of the element. */
uint64_t strided_at(const struct strided *array, const int64_t index[STRIDED_DIMS]);

/* Do all of its bytes lie on pages that are in? */
bool strided_in(const struct strided *array, const int64_t index[STRIDED_DIMS],
		const bool pages[STRIDED_PAGES]);

#endif
