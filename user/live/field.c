/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live/part.h"
#include "model/index/grid.h"

#define STEPS_MAX (1ull << 18) /* of the walks over a grid: some 5 ms */
#define PIECES_MAX 65536u      /* ranges of pages of a shade that a grid is made of */

void field__deinit(struct field *field)
{
	free(field->counts);
	memset(field, 0, sizeof(*field));
}

static uint64_t *cell_at(const struct field *field, uint32_t row, uint32_t column)
{
	return &field->counts[((size_t)row * field->columns + column) * (field->shades + 1)];
}

static int make_room(struct field *field, uint32_t rows, uint32_t columns, uint32_t shades)
{
	field__deinit(field);
	field->counts = calloc((size_t)rows * columns * (shades + 1) + 1, sizeof(*field->counts));
	if (!field->counts)
		return -ENOMEM;
	field->rows = rows;
	field->columns = columns;
	field->shades = shades;
	return 0;
}

/* Pages are visited in order: the cell only moves forward. */
struct page_filler {
	struct field *field;
	const struct window *window;
	uint64_t start; /* bytes: address of the first page of the range */
	uint64_t page_bytes;
	uint64_t cell, cell_end; /* the number of the cell, and the page behind it */
};

static int add_pages(void *ctx, uint64_t start, uint64_t end, uint32_t shade)
{
	struct page_filler *filler = ctx;
	uint64_t page = (start - filler->start) / filler->page_bytes;
	uint64_t last = (end - filler->start) / filler->page_bytes, till;
	uint64_t each = filler->window->each;

	while (page < last) {
		if (page >= filler->cell_end) {
			filler->cell = (page - filler->window->first) / each;
			filler->cell_end = filler->window->first + (filler->cell + 1) * each;
		}
		till = last < filler->cell_end ? last : filler->cell_end;
		filler->field->counts[filler->cell * (filler->field->shades + 1) + 1 + shade] +=
			till - page;
		page = till;
	}
	return 0;
}

static int fill_pages(struct field *field, const struct window *window, const struct shades *shades,
		      const struct tally_input *input, const struct item *item)
{
	struct page_filler filler = { field, window, item->start, input->page_bytes, 0, 0 };
	uint64_t first, end = window->first;
	uint32_t row, column;

	for (row = 0; row < field->rows; row++) {
		for (column = 0; column < field->columns; column++) {
			if (window__pages(window, row, column, &first, &end))
				*cell_at(field, row, column) = end - first;
		}
	}
	filler.cell_end = window->first;
	field->told = true;
	return shades__each(shades, input, item->start + window->first * input->page_bytes,
			    item->start + end * input->page_bytes, add_pages, &filler);
}

struct sets {
	struct intervals of[SHADES_MAX];
	uint64_t pieces;
};

static int add_to_set(void *ctx, uint64_t start, uint64_t end, uint32_t shade)
{
	struct sets *sets = ctx;

	if (sets->pieces++ == PIECES_MAX)
		return -E2BIG;
	return intervals__set(&sets->of[shade], start, end, 0);
}

/* A grid counts three sets of pages at a time. */
static int fill_three(struct field *field, const struct array_desc *array, const struct sets *sets,
		      uint32_t first, uint64_t *steps)
{
	static const struct intervals none = { 0 };
	const struct grid_sets three = {
		&sets->of[first],
		first + 1 < field->shades ? &sets->of[first + 1] : &none,
		first + 2 < field->shades ? &sets->of[first + 2] : &none,
	};
	const uint64_t *rows[3];
	struct grid grid;
	uint32_t i, shade;
	size_t cell;
	int err = grid__fill(array, &three, field->rows, field->columns, steps, &grid);

	if (err)
		return err;
	rows[0] = grid.resident;
	rows[1] = grid.zero;
	rows[2] = grid.touched;
	for (cell = 0; grid.told && cell < (size_t)grid.rows * grid.columns; cell++) {
		uint64_t *counts = &field->counts[cell * (field->shades + 1)];

		counts[0] = grid.elements[cell];
		for (i = 0, shade = first; i < 3 && shade < field->shades; i++, shade++)
			counts[1 + shade] = rows[i][cell];
	}
	err = grid.told ? 0 : -E2BIG;
	grid__deinit(&grid);
	return err;
}

static bool any_of_three(const struct field *field, const struct sets *sets, uint32_t first)
{
	uint32_t i;

	for (i = first; i < first + 3 && i < field->shades; i++) {
		if (sets->of[i].count)
			return true;
	}
	/* Somebody has to count the elements. */
	return !first;
}

static int fill_grid(struct field *field, const struct window *window, const struct shades *shades,
		     const struct tally_input *input, const struct item *item)
{
	const struct axis *rows = &window->axes[AXIS_ROWS], *columns = &window->axes[AXIS_COLUMNS];
	uint64_t page = input->page_bytes, steps = STEPS_MAX, start, end;
	struct sets sets = { 0 };
	struct part part;
	uint32_t i;
	int err;

	part__of(&part, &item->array->desc, rows->first, rows->count, columns->first,
		 columns->count);
	start = part.desc.start - part.desc.start % page;
	end = part.desc.end + (page - part.desc.end % page) % page;
	err = shades__each(shades, input, start, end, add_to_set, &sets);
	for (i = 0; !err && i < field->shades; i += 3) {
		if (any_of_three(field, &sets, i))
			err = fill_three(field, &part.desc, &sets, i, &steps);
	}
	for (i = 0; i < SHADES_MAX; i++)
		intervals__deinit(&sets.of[i]);
	field->told = !err;
	return err == -E2BIG ? 0 : err;
}

int field__fill(struct field *field, const struct window *window, const struct shades *shades,
		const struct tally_input *input, const struct item *item)
{
	uint32_t rows = window__rows(window);
	uint32_t columns = window->grid ? window__columns(window) : window->room[1];
	int err = make_room(field, rows, columns, shades->count);

	if (err)
		return err;
	return window->grid ? fill_grid(field, window, shades, input, item)
			    : fill_pages(field, window, shades, input, item);
}

void field__add(const struct field *field, uint32_t row, uint32_t column,
		uint64_t sum[1 + SHADES_MAX])
{
	const uint64_t *counts;
	uint32_t i;

	if (row >= field->rows || column >= field->columns)
		return;
	counts = cell_at(field, row, column);
	for (i = 0; i <= field->shades; i++)
		sum[i] += counts[i];
}
