/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A target that stands still is scanned by two threads: what they find is what one finds. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/pages/pagemap_priv.h"
#include "collect/proc/maps.h"
#include "pages.h"

#define CHUNK 512u
#define SPARSE 3001u	/* chunks with one page */
#define DENSE 100003u	/* pages */
#define COMB 5003u	/* every other page */
#define HOLE (1u << 26) /* pages in front of the last part */

static size_t all_pages(void)
{
	return SPARSE * CHUNK + DENSE + HOLE + COMB;
}

static void fill(void *ctx)
{
	char *start = ctx;
	size_t at = 0, i;

	for (i = 0; i < SPARSE; i++)
		write_page(start, i * CHUNK + i % 499);
	for (at = SPARSE * CHUNK, i = 0; i < DENSE; i++)
		read_page(start, at + i);
	for (at += DENSE + HOLE, i = 0; i < COMB; i += 2)
		write_page(start, at + i);
}

static int scan(struct pagemap *pagemap, const struct vma *vma, const char *start,
		struct extent_list *list)
{
	uint64_t unreadable = 0;

	return pagemap__scan(pagemap, vma, (uintptr_t)start, (uintptr_t)start + all_pages() * page,
			     list, &unreadable);
}

static void open_child(pid_t pid, struct proc **proc, struct pagemap **pagemap)
{
	assert_int_equal(proc__open(procfs, (uint32_t)pid, proc), 0);
	assert_int_equal(pagemap__open(*proc, PAGE_READER_SCAN, pagemap), 0);
}

static void expect_same(const struct extent_list *one, const struct extent_list *other)
{
	assert_int_equal(one->count, SPARSE + 1 + (COMB + 1) / 2);
	assert_int_equal(one->count, other->count);
	assert_memory_equal(one->extents, other->extents, one->count * sizeof(*one->extents));
}

static void two_find_what_one_finds(void **state)
{
	struct extent_list one = { 0 }, two = { 0 };
	struct pagemap *pagemap = NULL;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	const struct vma *vma;
	cpu_set_t before, single;
	char *start = map_anon(all_pages());
	pid_t pid = start_child(fill, start);

	(void)state;
	sched_getaffinity(0, sizeof(before), &before);
	open_child(pid, &proc, &pagemap);
	assert_int_equal(maps_read(proc, &vmas), 0);
	vma = vma_list__find(&vmas, (uintptr_t)start);
	assert_int_equal(scan(pagemap, vma, start, &one), 0);
	assert_false(pagemap->ahead.asked);
	pagemap__stands_still(pagemap);
	assert_int_equal(scan(pagemap, vma, start, &two), 0);
	assert_int_equal(!!pagemap->ahead.partner, CPU_COUNT(&before) > 1);
	expect_same(&one, &two);
	pagemap__close(pagemap);

	CPU_ZERO(&single);
	CPU_SET(sched_getcpu(), &single);
	sched_setaffinity(0, sizeof(single), &single);
	assert_int_equal(pagemap__open(proc, PAGE_READER_SCAN, &pagemap), 0);
	pagemap__stands_still(pagemap);
	two.count = 0;
	assert_int_equal(scan(pagemap, vma, start, &two), 0);
	assert_true(pagemap->ahead.asked);
	assert_null(pagemap->ahead.partner);
	expect_same(&one, &two);
	sched_setaffinity(0, sizeof(before), &before);

	pagemap__close(pagemap);
	extent_list__deinit(&one);
	extent_list__deinit(&two);
	vma_list__deinit(&vmas);
	proc__close(proc);
	kill_child(pid);
	munmap(start, all_pages() * page);
}

/* Its extents are left out, and the next call begins anew. */
static void a_dead_process(void **state)
{
	struct extent_list list = { 0 };
	struct pagemap *pagemap = NULL;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	const struct vma *vma;
	char *start = map_anon(all_pages());
	pid_t pid = start_child(fill, start);

	(void)state;
	open_child(pid, &proc, &pagemap);
	assert_int_equal(maps_read(proc, &vmas), 0);
	vma = vma_list__find(&vmas, (uintptr_t)start);
	pagemap__stands_still(pagemap);
	kill_child(pid);
	pagemap->ahead.took_ns = UINT64_MAX; /* the first call has a partner */
	assert_int_equal(scan(pagemap, vma, start, &list), -ESRCH);
	assert_int_equal(list.count, 0);
	assert_int_equal(pagemap->ahead.start, 0);
	assert_int_equal(scan(pagemap, vma, start, &list), -ESRCH);
	pagemap__close(pagemap);
	vma_list__deinit(&vmas);
	proc__close(proc);
	munmap(start, all_pages() * page);
}

static void errors_and_early_ends(void **state)
{
	struct uapi_pm_scan_arg arg = { .size = sizeof(arg),
					.category_anyof_mask = PRESENT,
					.return_mask = PRESENT };
	struct scan_partner *partner = scan_partner__new(-1, 7);
	cpu_set_t cpus;

	(void)state;
	sched_getaffinity(0, sizeof(cpus), &cpus);
	assert_int_equal(!!partner, CPU_COUNT(&cpus) > 1);
	scan_partner__free(NULL);
	if (!partner)
		return;
	scan_partner__begin(partner, &arg);
	assert_int_equal(scan_partner__take(partner, &arg), -EBADF);
	scan_partner__begin(partner, &arg);
	scan_partner__free(partner);
	scan_partner__free(scan_partner__new(-1, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_find_what_one_finds),
		cmocka_unit_test(a_dead_process),
		cmocka_unit_test(errors_and_early_ends),
	};

	return cmocka_run_group_tests(tests, pages_setup, pages_teardown);
}
