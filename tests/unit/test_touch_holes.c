/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages of files that a call dropped, in mappings that the kernel side did not find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lives.h"

/* Two files have the same number, on two file systems. */
static void hole_in_one_of_two_file_systems(void **state)
{
	struct vma vmas[] = {
		{ .start = address(0), .end = address(8), .inode = 12, .dev_minor = 1 },
		{ .start = address(8), .end = address(16), .inode = 12, .dev_major = 254 },
	};
	const struct vma_list list = { .vmas = vmas, .count = 2 };
	static const struct {
		struct map_hole hole;
		uint64_t unsure;
	} cases[] = {
		{ { .inode = 12, .dev_minor = 1 }, 3 },
		{ { .inode = 12, .dev_major = 254 }, 2 },
		{ { .inode = 12, .dev_major = 254, .dev_minor = 1 }, 0 },
		{ { .inode = 12 }, 5 },
		{ { .inode = 13 }, 0 },
	};
	struct world *world = world__new(1);
	struct touch_map map;
	size_t i;

	(void)state;
	assert_non_null(world);
	world->kernel[0].written[0] = 7u | 3u << 8;
	copy_kernel(world, &map);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct map_event event = { .type = MAP_EVENT_HOLE, .hole = cases[i].hole };
		uint64_t unsure = 0;

		event.hole.end = address(8) - address(0);
		assert_int_equal(touch__handle(world->touch, &event), 0);
		touch__count_holes(world->touch, &map, &list, &unsure);
		assert_int_equal(unsure, cases[i].unsure);
	}
	touch_map_deinit(&map);
	world__free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_in_one_of_two_file_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
