/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Touched pages outside every mapping, by an account page by page; mappings may overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/lives/touch.h"
#include "model/rows/rows.h"

#define PAGE 4096u
#define REGIONS 5u
#define ROUNDS 500

static uint32_t below(uint64_t *random, uint32_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)(*random % limit);
}

/* Regions in the order of their starts, as two reads of a changing list may give them. */
static void draw_regions(uint64_t *random, struct region_row *regions, bool mapped[CHUNK_PAGES])
{
	uint32_t first = 0, i, j;

	for (i = 0; i < REGIONS; i++) {
		uint32_t count = below(random, CHUNK_PAGES / REGIONS);

		first += below(random, CHUNK_PAGES / (2 * REGIONS));
		regions[i].vma.start = (uint64_t)first * PAGE;
		regions[i].vma.end = (uint64_t)(first + count) * PAGE;
		for (j = first; j < first + count; j++)
			mapped[j] = true;
	}
}

static void test_strays(void **unused)
{
	uint64_t random = 88172645463325252u;
	int round;

	(void)unused;
	for (round = 0; round < ROUNDS; round++) {
		struct region_row regions[REGIONS] = { 0 };
		struct process_snapshot process = { .regions = regions, .region_count = REGIONS };
		bool mapped[CHUNK_PAGES] = { false };
		struct touch_chunk chunk = { 0 };
		struct touch_map map = { 0 };
		struct page_runs runs = { 0 };
		const struct intervals none = { 0 };
		const struct tally_input input = {
			.page_bytes = PAGE,
			.runs = &runs,
			.touched = &map,
			.before = &none,
			.huge_seen = &none,
			.huge_maybe = &none,
		};
		uint64_t strays = 0;
		uint32_t i;

		draw_regions(&random, regions, mapped);
		for (i = 0; i < CHUNK_PAGES; i++) {
			uint64_t bit = (uint64_t)!below(&random, 3);

			chunk.written[i / 64] |= bit << (i % 64);
			strays += bit && !mapped[i];
		}
		assert_int_equal(touch_map_add(&map, &chunk), 0);
		for (i = 0; i < REGIONS; i++)
			assert_int_equal(tally_range(&input, regions[i].vma.start,
						     regions[i].vma.end, &regions[i].tally),
					 0);
		assert_int_equal(process_snapshot__sum(&process, &input), 0);
		assert_int_equal(process.stray_faults, strays);
		touch_map_deinit(&map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
