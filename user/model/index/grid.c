/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Spreads runs of indices from index_walk over cells. */
#include "model/index/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/index/index_walk.h"

void grid__deinit(struct grid *grid)
{
	free(grid->elements);
	memset(grid, 0, sizeof(*grid));
}

/* floor(cell * count / cells) without overflow: the first index of a cell. */
static uint64_t cell_start(uint64_t cell, uint64_t count, uint32_t cells)
{
	return (uint64_t)((unsigned __int128)cell * count / cells);
}

/* The last cell that starts at or before the index. */
static uint32_t cell_of(uint64_t index, uint64_t count, uint32_t cells)
{
	return (uint32_t)((((unsigned __int128)index + 1) * cells - 1) / count);
}

/* Indices [start, end) of a dimension. */
struct part {
	uint64_t start;
	uint64_t end;
};

/* How many indices of the part are in the cell. */
static uint64_t indices_inside(const struct part *part, uint32_t cell, uint64_t count,
			       uint32_t cells)
{
	uint64_t first = cell_start(cell, count, cells), end = cell_start(cell + 1, count, cells);

	if (first < part->start)
		first = part->start;
	if (end > part->end)
		end = part->end;
	return end - first;
}

struct spread {
	const struct index_levels *levels;
	const struct grid *grid;
	uint64_t count[2]; /* rows and columns of the array */
	uint64_t *into;
	uint64_t *whole_rows;	 /* grid->rows counts: rows all of whose elements count */
	uint64_t *whole_columns; /* grid->columns */
	uint64_t *widths;	 /* grid->columns: columns of the array in each cell */
	/*
	 * grid->rows * grid->columns: how many rows of the array count in all columns of a cell,
	 * minus the number in the cell to its left. So a run costs the same however long it is.
	 */
	uint64_t *changes;
	uint64_t *steps;
};

/*
 * The part of a dimension that remains when levels [0, depth) are at index and depth is in [first,
 * end).
 */
static struct part part_of(const struct spread *spread, uint32_t dim, uint32_t depth,
			   const uint64_t *index, uint64_t first, uint64_t end)
{
	struct part part = { 0, spread->count[dim] };
	uint32_t i;

	for (i = 0; i <= depth; i++) {
		const struct index_level *level = &spread->levels->levels[i];

		if (level->dim != dim)
			continue;
		part = i < depth ? (struct part){ index[i], index[i] + 1 }
				 : (struct part){ first, end };
		if (level->reversed)
			part = (struct part){ level->count - part.end, level->count - part.start };
	}
	return part;
}

static void add_whole(uint64_t *cells, uint32_t cell_count, const struct part *part, uint64_t count)
{
	uint32_t cell, last = cell_of(part->end - 1, count, cell_count);

	for (cell = cell_of(part->start, count, cell_count); cell <= last; cell++)
		cells[cell] += indices_inside(part, cell, count, cell_count);
}

/* height rows of the array, of which those columns are in, in one row of cells. */
static void add_columns(struct spread *spread, uint32_t row, uint64_t height,
			const struct part *columns)
{
	const struct grid *grid = spread->grid;
	uint64_t count = spread->count[1];
	uint32_t first = cell_of(columns->start, count, grid->columns);
	uint32_t last = cell_of(columns->end - 1, count, grid->columns);
	size_t at = (size_t)row * grid->columns;

	spread->into[at + first] += height * indices_inside(columns, first, count, grid->columns);
	if (last == first)
		return;
	spread->into[at + last] += height * indices_inside(columns, last, count, grid->columns);
	spread->changes[at + first + 1] += height;
	spread->changes[at + last] -= height;
}

static int on_run(void *ctx, uint32_t depth, const uint64_t *index, uint64_t first, uint64_t end)
{
	struct spread *spread = ctx;
	const struct grid *grid = spread->grid;
	struct part rows = part_of(spread, 0, depth, index, first, end);
	struct part columns = part_of(spread, 1, depth, index, first, end);
	uint32_t row, row_end;

	if (columns.end - columns.start == spread->count[1]) {
		add_whole(spread->whole_rows, grid->rows, &rows, spread->count[0]);
		return 0;
	}
	if (rows.end - rows.start == spread->count[0]) {
		add_whole(spread->whole_columns, grid->columns, &columns, spread->count[1]);
		return 0;
	}
	row_end = cell_of(rows.end - 1, spread->count[0], grid->rows) + 1;
	for (row = cell_of(rows.start, spread->count[0], grid->rows); row < row_end; row++) {
		if (!*spread->steps)
			return -E2BIG;
		--*spread->steps;
		add_columns(spread, row, indices_inside(&rows, row, spread->count[0], grid->rows),
			    &columns);
	}
	return 0;
}

/* Complete rows and columns, and the elements of each cell. */
static void add_lines(const struct spread *spread, uint64_t *elements)
{
	const struct part all_rows = { 0, spread->count[0] }, all_columns = { 0, spread->count[1] };
	uint32_t row, column;

	for (column = 0; column < spread->grid->columns; column++)
		spread->widths[column] = indices_inside(&all_columns, column, all_columns.end,
							spread->grid->columns);
	for (row = 0; row < spread->grid->rows; row++) {
		uint64_t height = indices_inside(&all_rows, row, all_rows.end, spread->grid->rows);
		uint64_t among = 0;

		for (column = 0; column < spread->grid->columns; column++) {
			uint64_t width = spread->widths[column];
			size_t cell = (size_t)row * spread->grid->columns + column;

			among += spread->changes[cell];
			elements[cell] = height * width;
			spread->into[cell] += (spread->whole_rows[row] + among) * width +
					      spread->whole_columns[column] * height;
		}
	}
}

static int spread_set(struct spread *spread, const struct intervals *pages, uint64_t *into)
{
	const struct index_visitor visitor = { on_run, NULL, spread };
	int err;

	spread->into = into;
	memset(spread->whole_rows, 0, spread->grid->rows * sizeof(*spread->whole_rows));
	memset(spread->whole_columns, 0, spread->grid->columns * sizeof(*spread->whole_columns));
	memset(spread->changes, 0,
	       (size_t)spread->grid->rows * spread->grid->columns * sizeof(*spread->changes));
	err = index_walk(spread->levels, pages, spread->steps, &visitor);
	add_lines(spread, spread->grid->elements);
	return err;
}

static int fill_grid(struct grid *grid, const struct array_desc *array,
		     const struct index_levels *levels, const struct grid_sets *sets,
		     uint64_t *steps)
{
	size_t cells = (size_t)grid->rows * grid->columns;
	struct spread spread = {
		.levels = levels,
		.grid = grid,
		.count = { (uint64_t)array->shape->dims[0], (uint64_t)array->shape->dims[1] },
		.steps = steps,
	};
	int err = -ENOMEM;

	grid->elements = calloc(4 * cells, sizeof(*grid->elements));
	spread.whole_rows =
		calloc(grid->rows + 2ull * grid->columns + cells, sizeof(*spread.whole_rows));
	if (!grid->elements || !spread.whole_rows)
		goto out;
	spread.whole_columns = spread.whole_rows + grid->rows;
	spread.widths = spread.whole_columns + grid->columns;
	spread.changes = spread.widths + grid->columns;
	grid->resident = grid->elements + cells;
	grid->zero = grid->resident + cells;
	grid->touched = grid->zero + cells;
	err = spread_set(&spread, sets->resident, grid->resident);
	if (!err)
		err = spread_set(&spread, sets->zero, grid->zero);
	if (!err)
		err = spread_set(&spread, sets->touched, grid->touched);
	grid->told = !err;
out:
	free(spread.whole_rows);
	return err == -E2BIG ? 0 : err;
}

int grid__fill(const struct array_desc *array, const struct grid_sets *sets, uint32_t rows,
	       uint32_t columns, uint64_t *steps, struct grid *ret)
{
	struct index_levels levels;
	int err;

	memset(ret, 0, sizeof(*ret));
	if (!rows || !columns || array->shape->ndim != 2 || index_levels__init(&levels, array))
		return 0;
	if ((uint64_t)array->shape->dims[0] < rows)
		rows = (uint32_t)array->shape->dims[0];
	if ((uint64_t)array->shape->dims[1] < columns)
		columns = (uint32_t)array->shape->dims[1];
	ret->rows = rows;
	ret->columns = columns;
	err = fill_grid(ret, array, &levels, sets, steps);
	if (err)
		grid__deinit(ret);
	return err;
}
