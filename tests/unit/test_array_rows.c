/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Overlapping views together: pages counted once, pages shared, neighbours; all by brute force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/rows/array_rows.h"
#include "model/rows/details.h"
#include "strided.h"

#define ROUNDS 400
#define ARRAYS 7u
#define BYTES (STRIDED_PAGES * STRIDED_PAGE)

struct scene {
	struct strided arrays[ARRAYS];
	struct array_row rows[ARRAYS];
	struct process_snapshot process;
	bool pages[2][STRIDED_PAGES]; /* resident, zero */
	struct page_runs runs;
	struct vma vma;
	struct vma_list vmas;
};

static void add_runs(struct scene *scene)
{
	uint64_t i;

	scene->runs.runs = calloc(STRIDED_PAGES, sizeof(*scene->runs.runs));
	assert_non_null(scene->runs.runs);
	for (i = 0; i < STRIDED_PAGES; i++) {
		if (scene->pages[0][i])
			scene->pages[1][i] = false;
		if (scene->pages[0][i] || scene->pages[1][i])
			scene->runs.runs[scene->runs.count++] =
				(struct page_run){ i * STRIDED_PAGE, (i + 1) * STRIDED_PAGE,
						   scene->pages[0][i] ? PAGE_ANON : PAGE_ZERO,
						   false };
	}
}

static void set_scene(struct scene *scene, uint64_t *random)
{
	uint32_t i;

	memset(scene, 0, sizeof(*scene));
	for (i = 0; i < ARRAYS; i++) {
		struct array_desc *desc = &scene->rows[i].desc;

		do {
			strided_draw(&scene->arrays[i], random, UINT32_MAX);
		} while (scene->arrays[i].elements > 3000);
		*desc = scene->arrays[i].desc;
		desc->id = i + 1;
		/* Some lie close together, in pages of their own or not; some have no shape. */
		if (strided_random(random, 2)) {
			desc->start = i * 300 + strided_random(random, 200);
			desc->end = desc->start + 1 + strided_random(random, 300);
			desc->shape = NULL;
		}
		if (i && !strided_random(random, 3))
			desc->owner = 1 + (uint32_t)strided_random(random, i);
	}
	strided_draw_pages(scene->pages[0], random);
	strided_draw_pages(scene->pages[1], random);
	add_runs(scene);
	scene->vma = (struct vma){ .end = BYTES, .kind = VMA_HEAP };
	scene->vmas = (struct vma_list){ .vmas = &scene->vma, .count = 1 };
	scene->process.arrays = scene->rows;
	scene->process.array_count = ARRAYS;
}

static void mark_bytes(const struct scene *scene, uint32_t which, unsigned char *bytes)
{
	const struct strided *array = &scene->arrays[which];
	const struct array_desc *desc = &scene->rows[which].desc;
	int64_t index[STRIDED_DIMS] = { 0 };

	memset(bytes, 0, BYTES);
	if (!desc->shape) {
		memset(bytes + desc->start, 1, desc->end - desc->start);
		return;
	}
	do {
		memset(bytes + strided_at(array, index), 1, array->item);
	} while (strided_next(array, index));
}

static uint64_t count_bytes(const unsigned char *page)
{
	uint64_t count = 0, i;

	for (i = 0; i < STRIDED_PAGE; i++)
		count += page[i];
	return count;
}

static bool owns_within(const struct scene *scene, uint32_t which, uint64_t start, uint64_t end)
{
	const struct array_desc *desc = &scene->rows[which].desc;

	return !desc->owner && desc->start < end && desc->end > start && start < end;
}

static uint32_t count_neighbours(const struct scene *scene, uint32_t which)
{
	const struct array_desc *desc = &scene->rows[which].desc;
	uint64_t first = desc->start / STRIDED_PAGE * STRIDED_PAGE;
	uint64_t last = (desc->end + STRIDED_PAGE - 1) / STRIDED_PAGE * STRIDED_PAGE;
	uint32_t found = 0, i;

	for (i = 0; i < ARRAYS; i++) {
		if (i == which || desc->owner == i + 1)
			continue;
		found += owns_within(scene, i, first, desc->start);
		found += owns_within(scene, i, desc->end, last);
	}
	return found;
}

static void check(const struct scene *scene)
{
	static unsigned char bytes[BYTES];
	bool any[STRIDED_PAGES] = { false };
	uint64_t pages = 0, states[PAGE_STATES] = { 0 }, page;
	uint32_t i;

	for (i = 0; i < ARRAYS; i++) {
		uint64_t shared = 0;

		mark_bytes(scene, i, bytes);
		for (page = 0; page < STRIDED_PAGES; page++) {
			uint64_t count = count_bytes(bytes + page * STRIDED_PAGE);

			any[page] |= count > 0;
			shared += count && count < STRIDED_PAGE;
		}
		assert_true(scene->rows[i].shared_known);
		assert_int_equal(scene->rows[i].shared_pages, shared);
		assert_int_equal(scene->rows[i].neighbours, count_neighbours(scene, i));
		assert_true(scene->rows[i].in_heap);
		assert_int_equal(scene->rows[i].resident.told, scene->rows[i].desc.shape != NULL);
		assert_true(scene->rows[i].heat.cells);
	}
	for (page = 0; page < STRIDED_PAGES; page++) {
		pages += any[page];
		states[scene->pages[0][page]   ? PAGE_ANON
		       : scene->pages[1][page] ? PAGE_ZERO
					       : PAGE_ABSENT] += any[page];
	}
	assert_true(scene->process.arrays_total_known);
	assert_int_equal(scene->process.arrays_total.pages, pages);
	assert_int_equal(scene->process.arrays_total.resident, states[PAGE_ANON]);
	assert_memory_equal(scene->process.arrays_total.states, states, sizeof(states));
}

static void clear_scene(struct scene *scene)
{
	uint32_t i;

	for (i = 0; i < ARRAYS; i++)
		array_row__drop_details(&scene->rows[i]);
	page_runs__deinit(&scene->runs);
}

static void random_scenes(void **state)
{
	const struct moment_header header = { .environment.page_bytes = STRIDED_PAGE };
	const struct view view = { .cells = 8, .grid_columns = 4 };
	uint64_t random = 0x9e3779b97f4a7c15ull;
	static struct scene scene;
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct tally_input input = { .page_bytes = STRIDED_PAGE, .runs = &scene.runs };

		set_scene(&scene, &random);
		assert_int_equal(process_snapshot__fill_arrays(&scene.process, &input, &scene.vmas),
				 0);
		assert_int_equal(process_snapshot__detail(&scene.process, &header, &view, &input),
				 0);
		check(&scene);
		clear_scene(&scene);
	}
}

/* Many runs of several strides in no order of addresses: listed without moving each other. */
static void woven_runs(void **state)
{
	int64_t dims[] = { 1000, 1000, 81920, 104857600 };
	struct array_shape shape = { .ndim = 2, .dims = dims };
	struct array_row row = { .desc = { .start = 1 << 20, .shape = &shape } };
	struct process_snapshot process = { .arrays = &row, .array_count = 1 };
	struct page_runs runs = { 0 };
	struct vma_list vmas = { 0 };
	struct tally_input input = { .page_bytes = 4096, .runs = &runs };

	(void)state;
	dims[2] = 104857600 + 8192;
	row.desc.end = row.desc.start + (uint64_t)(999 * (dims[2] + dims[3])) + 8;
	assert_int_equal(process_snapshot__fill_arrays(&process, &input, &vmas), 0);
	assert_true(process.arrays_total_known);
	assert_int_equal(process.arrays_total.pages, row.tally.pages);
	/* i * (a + 8192) + j * a with a = 104857600: alike only where i and j are. */
	assert_int_equal(row.tally.pages, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_scenes),
		cmocka_unit_test(woven_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
