/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A change of what a process has mapped of files, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/proc/file_maps.h"

#define PAGE 4096u

static const struct vma before[] = {
	{ .start = 1 * PAGE, .end = 3 * PAGE, .inode = 7, .readable = true },
	{ .start = 3 * PAGE, .end = 4 * PAGE, .inode = 7, .offset = 2 * PAGE, .executable = true },
	{ .start = 8 * PAGE, .end = 9 * PAGE },
};

#define COUNT (sizeof(before) / sizeof(before[0]))

static uint64_t look_at_file(struct file_maps *maps, struct vma *vmas, size_t count)
{
	struct vma_list list = { vmas, count, count };

	assert_int_equal(file_maps__update(maps, &list), 0);
	return maps->generation;
}

static void test_anonymous_memory_is_no_change(void **unused)
{
	struct vma vmas[] = { before[0], before[1], before[2], before[2] };
	struct file_maps maps = { 0 };
	uint64_t first = look_at_file(&maps, vmas, COUNT);

	(void)unused;
	assert_int_not_equal(first, 0);
	assert_int_equal(look_at_file(&maps, vmas, COUNT), first);
	vmas[3].start += PAGE;
	vmas[3].end += PAGE;
	assert_int_equal(look_at_file(&maps, vmas, COUNT + 1), first);
	assert_int_equal(look_at_file(&maps, vmas, COUNT - 1), first);
	file_maps__deinit(&maps);
}

static void test_each_change_of_as_many(void **unused)
{
	struct file_maps maps = { 0 };
	unsigned int what;

	(void)unused;
	for (what = 0; what < 7; what++) {
		struct vma vmas[] = { before[0], before[1], before[2] };
		uint64_t first = look_at_file(&maps, vmas, COUNT);
		struct vma *vma = &vmas[1];

		vma->start += what == 0 ? PAGE : 0;
		vma->end += what == 1 ? PAGE : 0;
		vma->offset += what == 2 ? PAGE : 0;
		vma->inode += what == 3;
		vma->dev_minor += what == 4;
		vma->executable ^= what == 5;
		/* Another file in the place of anonymous memory, and the other way about. */
		vmas[2].inode += what == 6 ? 8 : 0;
		vma->inode = what == 6 ? 0 : vma->inode;
		assert_int_not_equal(look_at_file(&maps, vmas, COUNT), first);
	}
	file_maps__deinit(&maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anonymous_memory_is_no_change),
		cmocka_unit_test(test_each_change_of_as_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
