/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges and grids against a walk over every element. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/index/grid.h"
#include "model/index/index_set.h"
#include "model/rows/page_sets.h"
#include "strided.h"

#define ROUNDS 2000
#define ELEMENTS_MAX 20000u

static bool in_span(const struct index_span *span, uint64_t index)
{
	return index >= span->start && index < span->stop &&
	       (index - span->start) % span->step < span->width;
}

/* How many of the kept ranges have the element. */
static uint32_t holders(const struct index_set *set, const int64_t *index)
{
	uint32_t found = 0, i, dim;

	for (i = 0; i < set->kept; i++) {
		const struct index_span *spans = set->spans + i * set->ndim;

		for (dim = 0; dim < set->ndim && in_span(&spans[dim], (uint64_t)index[dim]); dim++)
			continue;
		found += dim == set->ndim;
	}
	return found;
}

static uint64_t span_indices(const struct index_span *span)
{
	uint64_t indices = 0, i;

	for (i = span->start; i < span->stop; i++)
		indices += in_span(span, i);
	return indices;
}

/* No element is told wrongly, none twice, and all of them where the set says that it is whole. */
static void check_set(const struct strided *array, const bool *pages, const struct index_set *set)
{
	int64_t index[STRIDED_DIMS] = { 0 };
	uint64_t in = 0, kept = 0, sum = 0, last = UINT64_MAX;
	uint32_t i, dim;

	assert_true(set->told);
	assert_int_equal(set->ndim, array->shape.ndim);
	assert_true(set->kept == set->ranges ||
		    (set->kept == INDEX_SET_KEPT && set->ranges > INDEX_SET_KEPT));
	do {
		bool is_in = strided_in(array, index, pages);
		uint32_t found = holders(set, index);

		assert_true(found <= (is_in ? 1u : 0u));
		in += is_in;
		kept += found;
	} while (strided_next(array, index));
	assert_int_equal(set->elements, in);
	if (set->kept == set->ranges)
		assert_int_equal(kept, in);
	for (i = 0; i < set->kept; i++) {
		uint64_t elements = 1;

		for (dim = 0; dim < set->ndim; dim++) {
			const struct index_span *span = &set->spans[i * set->ndim + dim];

			assert_true(span->start < span->stop && span->width <= span->step);
			assert_true(span->stop <= (uint64_t)array->dims[dim]);
			assert_true(in_span(span, span->start) && in_span(span, span->stop - 1));
			elements *= span_indices(span);
		}
		assert_true(elements <= last);
		last = elements;
		sum += elements;
	}
	assert_int_equal(sum, kept);
}

static void random_sets(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15ull, whole = 0, cut = 0, blocks = 0, stepped = 0;
	bool pages[STRIDED_PAGES];
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		uint64_t steps = 1u << 22;
		struct strided array;
		struct intervals set;
		struct index_set got;
		uint32_t i;

		do {
			strided_draw(&array, &random, UINT32_MAX);
		} while (array.elements > ELEMENTS_MAX);
		strided_draw_pages(pages, &random);
		set = strided_ranges(pages);
		assert_int_equal(index_set__fill(&array.desc, &set, &steps, &got), 0);
		check_set(&array, pages, &got);
		whole += got.kept == got.ranges;
		cut += got.kept < got.ranges;
		for (i = 0; i < got.kept * got.ndim; i++) {
			blocks += got.spans[i].width > 1;
			stepped += got.spans[i].width == 1 && got.spans[i].step > 1;
		}
		index_set__deinit(&got);
		intervals__deinit(&set);
	}
	/* Each kind of range was among them. */
	assert_true(whole > ROUNDS / 4 && cut > ROUNDS / 20);
	assert_true(blocks > 100 && stepped > 100);
}

static void check_cells(const struct strided *array, const bool *const pages[3],
			const struct grid *grid)
{
	const uint64_t *const got[] = { grid->elements, grid->resident, grid->zero, grid->touched };
	size_t cells = (size_t)grid->rows * grid->columns;
	uint64_t *want = calloc(4 * cells, sizeof(*want));
	int64_t index[STRIDED_DIMS] = { 0 };
	size_t i;

	assert_non_null(want);
	do {
		uint64_t cell[2] = { 0 };

		/* The cell whose bounds hold the index, by its definition. */
		while ((cell[0] + 1) * (uint64_t)array->dims[0] / grid->rows <= (uint64_t)index[0])
			cell[0]++;
		while ((cell[1] + 1) * (uint64_t)array->dims[1] / grid->columns <=
		       (uint64_t)index[1])
			cell[1]++;
		want[cell[0] * grid->columns + cell[1]]++;
		for (i = 0; i < 3; i++)
			want[(i + 1) * cells + cell[0] * grid->columns + cell[1]] +=
				strided_in(array, index, pages[i]);
	} while (strided_next(array, index));
	for (i = 0; i < 4; i++)
		assert_memory_equal(got[i], want + i * cells, cells * sizeof(*want));
	free(want);
}

static void random_grids(void **state)
{
	uint64_t random = 0x2545f4914f6cdd1dull;
	bool pages[3][STRIDED_PAGES];
	const bool *const all[] = { pages[0], pages[1], pages[2] };
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		uint32_t rows = 1 + (uint32_t)strided_random(&random, 20);
		uint32_t columns = 1 + (uint32_t)strided_random(&random, 70);
		struct page_sets sets = { .touched_known = true };
		uint64_t steps = 1u << 22;
		struct strided array;
		struct grid grid;

		do {
			strided_draw(&array, &random, 2);
		} while (array.elements > ELEMENTS_MAX);
		strided_draw_pages(pages[0], &random);
		strided_draw_pages(pages[1], &random);
		strided_draw_pages(pages[2], &random);
		sets.resident = strided_ranges(pages[0]);
		sets.zero = strided_ranges(pages[1]);
		sets.touched = strided_ranges(pages[2]);
		assert_int_equal(
			grid__fill(&array.desc,
				   &(struct grid_sets){ &sets.resident, &sets.zero, &sets.touched },
				   rows, columns, &steps, &grid),
			0);
		assert_true(grid.told);
		assert_int_equal(grid.rows, rows < array.dims[0] ? rows : array.dims[0]);
		assert_int_equal(grid.columns, columns < array.dims[1] ? columns : array.dims[1]);
		check_cells(&array, all, &grid);
		grid__deinit(&grid);
		page_sets__deinit(&sets);
	}
}

static void no_elements(void **state)
{
	int64_t dims[] = { 3, 0, 5, 0, 8, 8 };
	struct array_shape shape = { .ndim = 3, .dims = dims };
	struct array_desc desc = { .name = (char *)"x", .shape = &shape };
	struct intervals all = { 0 };
	struct page_sets sets = { 0 };
	uint64_t steps = 10;
	struct index_set got;
	struct grid grid;

	(void)state;
	assert_int_equal(intervals__set(&all, 0, UINT64_MAX, 0), 0);
	assert_int_equal(index_set__fill(&desc, &all, &steps, &got), 0);
	assert_true(got.told && !got.elements && !got.ranges && !got.kept);
	index_set__deinit(&got);
	shape.ndim = 2;
	assert_int_equal(
		grid__fill(&desc, &(struct grid_sets){ &sets.resident, &sets.zero, &sets.touched },
			   16, 64, &steps, &grid),
		0);
	assert_int_equal(grid.rows, 0);
	intervals__deinit(&all);
}

/* Sizes that no walk over elements could take: 8 GiB and more, in a few thousand steps. */
static void large_arrays(void **state)
{
	static const int64_t shapes[][4] = {
		{ 1000000000, 2, 16, 8 },      { 2, 1000000000, 8000000000, 8 },
		{ 2, 1000000000, 8, 16 },      { 1000000000, 2, 8, 8000000000 },
		{ 1000000000, 2, 0, 8 },       { 500000000, 2, 32, 8 },
		{ 31623, 31622, 252976, 8 },   { 31623, 31622, 8, 252984 },
		{ 1000000000, 1000000, 8, 0 },
	};
	const uint64_t start = 0x7f0000000010;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		int64_t dims[4];
		struct array_shape shape = { .ndim = 2, .dims = dims, .data = start };
		struct array_desc desc = { .name = (char *)"x", .start = start, .shape = &shape };
		struct page_sets sets = { 0 };
		uint64_t steps = 20000, page;
		struct index_set got;
		struct grid grid;

		memcpy(dims, shapes[i], sizeof(dims));
		desc.end =
			start + (uint64_t)((dims[0] - 1) * dims[2] + (dims[1] - 1) * dims[3]) + 8;
		for (page = start / 4096; page < start / 4096 + 400000; page += 1009)
			assert_int_equal(
				intervals__set(&sets.resident, page * 4096, (page + 7) * 4096, 0),
				0);
		assert_int_equal(index_set__fill(&desc, &sets.resident, &steps, &got), 0);
		assert_true(got.told);
		assert_int_equal(
			grid__fill(&desc,
				   &(struct grid_sets){ &sets.resident, &sets.zero, &sets.touched },
				   16, 64, &steps, &grid),
			0);
		assert_true(grid.told);
		index_set__deinit(&got);
		grid__deinit(&grid);
		page_sets__deinit(&sets);
	}
}

/* What costs more than it may is not told, never told in part. */
static void budgets(void **state)
{
	int64_t dims[] = { 8, 8000000, 64000000, 8 };
	struct array_shape shape = { .ndim = 2, .dims = dims };
	struct array_desc desc = { .name = (char *)"x", .end = 512000000, .shape = &shape };
	struct page_sets sets = { 0 };
	uint64_t random = 88172645463325252ull, steps = 1000, page;
	struct index_set got;
	struct grid grid;
	char *text;

	(void)state;
	for (page = 0; page < desc.end / 256; page++) {
		if (strided_random(&random, 2))
			assert_int_equal(
				intervals__set(&sets.resident, page * 256, (page + 1) * 256, 0), 0);
	}
	assert_int_equal(index_set__fill(&desc, &sets.resident, &steps, &got), 0);
	assert_false(got.told);
	assert_int_equal(steps, 0);
	text = index_set_text(&got, &desc, 4);
	assert_string_equal(text, "not told");
	free(text);
	index_set__deinit(&got);
	/* Steps enough, but the pieces are too many to be kept. */
	steps = 1u << 24;
	assert_int_equal(index_set__fill(&desc, &sets.resident, &steps, &got), 0);
	assert_false(got.told);
	index_set__deinit(&got);
	steps = 1000;
	assert_int_equal(
		grid__fill(&desc, &(struct grid_sets){ &sets.resident, &sets.zero, &sets.touched },
			   16, 64, &steps, &grid),
		0);
	assert_true(grid.rows == 8 && !grid.told);
	grid__deinit(&grid);
	page_sets__deinit(&sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_sets), cmocka_unit_test(random_grids),
		cmocka_unit_test(no_elements), cmocka_unit_test(large_arrays),
		cmocka_unit_test(budgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
