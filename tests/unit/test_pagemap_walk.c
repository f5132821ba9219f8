/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Long, sparse, wrong, dead and made-up ranges: how the page readers walk. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/maps.h"
#include "collect/pages/uapi.h"
#include "pages.h"

/* More extents than one call returns, more pages than one call scans. */
static void beyond_one_call(void **state)
{
	static uint32_t expected[2063];
	const size_t many = 3 * 65536 + 1009;
	struct extent_list list = { 0 };
	char *start = map_anon(2063);
	enum page_reader reader;
	size_t i;

	(void)state;
	for (i = 0; i < 2063; i += 2) {
		write_page(start, i);
		expected[i] = PRESENT;
	}
	expect_pages((uint32_t)getpid(), start, 2063, expected);
	munmap(start, 2063 * page);

	start = map_anon(many);
	for (i = 0; i < many; i++)
		read_page(start, i);
	write_page(start, many - 1);
	for (reader = PAGE_READER_SCAN; reader <= PAGE_READER_READ; reader++) {
		list.count = 0;
		assert_int_equal(scan_list((uint32_t)getpid(), reader, start, many, &list), 0);
		assert_int_equal(list.count, 2);
		assert_int_equal(list.extents[0].start, (uintptr_t)start);
		assert_int_equal(list.extents[0].end, (uintptr_t)start + (many - 1) * page);
		assert_int_equal(list.extents[0].categories, ZERO);
		assert_int_equal(list.extents[1].end, (uintptr_t)start + many * page);
		assert_int_equal(list.extents[1].categories, PRESENT);
	}
	extent_list__deinit(&list);
	munmap(start, many * page);
}

/* A sparse terabyte (SCAN), a sparse 7 GiB (READ): exactly the pages that are there. */
static void sparse(void **state)
{
	const size_t pages[] = {
		[PAGE_READER_SCAN] = (1ull << 40) / page, [PAGE_READER_READ] = (7ull << 30) / page
	};
	struct extent_list list = { 0 };
	enum page_reader reader;
	size_t i;

	(void)state;
	for (reader = PAGE_READER_SCAN; reader <= PAGE_READER_READ; reader++) {
		size_t all = pages[reader];
		const size_t touched[] = { 0, 65535, 65536, all / 2 + 1, all - 1 };
		char *start = map_anon(all);

		for (i = 0; i < 5; i++)
			write_page(start, touched[i]);
		list.count = 0;
		assert_int_equal(scan_list((uint32_t)getpid(), reader, start, all, &list), 0);
		assert_int_equal(list.count, 4);
		assert_int_equal(list.extents[0].end, (uintptr_t)start + page);
		assert_int_equal(list.extents[1].start, (uintptr_t)start + 65535 * page);
		assert_int_equal(list.extents[1].end, (uintptr_t)start + 65537 * page);
		assert_int_equal(list.extents[2].start, (uintptr_t)start + (all / 2 + 1) * page);
		assert_int_equal(list.extents[3].end, (uintptr_t)start + all * page);
		munmap(start, all * page);
	}
	extent_list__deinit(&list);
}

/* Extents of another call, and of another VMA, are never joined to. */
static void calls_stay_apart(void **state)
{
	struct extent_list list = { 0 };
	char *start = map_anon(5);
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++)
		write_page(start, i);
	assert_int_equal(scan_list((uint32_t)getpid(), PAGE_READER_SCAN, start, 2, &list), 0);
	assert_int_equal(
		scan_list((uint32_t)getpid(), PAGE_READER_READ, start + 2 * page, 3, &list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.extents[0].end, list.extents[1].start);
	extent_list__deinit(&list);
	munmap(start, 5 * page);
}

static void wrong_ranges(void **state)
{
	struct extent extent = { 1, 2, 3 };
	struct extent_list list = { &extent, 1, 1 };
	char *start = map_anon(5);
	uint64_t at = (uintptr_t)start;
	struct vma vma = { .start = at, .end = at + 5 * page, .path = (char *)"" };
	struct pagemap *pagemap = NULL;
	struct proc *proc = NULL;
	uint64_t unreadable = 0;

	(void)state;
	assert_int_equal(proc__open(procfs, (uint32_t)getpid(), &proc), 0);
	assert_int_equal(pagemap__open(proc, PAGE_READER_AUTO, &pagemap), 0);
	assert_int_equal(pagemap__scan(pagemap, &vma, at + 1, at + page, &list, &unreadable),
			 -EINVAL);
	assert_int_equal(pagemap__scan(pagemap, &vma, at, at + 6 * page, &list, &unreadable),
			 -EINVAL);
	assert_int_equal(pagemap__scan(pagemap, &vma, at - page, at, &list, &unreadable), -EINVAL);
	assert_int_equal(pagemap__scan(pagemap, &vma, at + page, at, &list, &unreadable), -EINVAL);
	assert_int_equal(pagemap__scan(pagemap, &vma, at, at, &list, &unreadable), 0);
	assert_int_equal(list.count, 1);
	pagemap__close(pagemap);
	proc__close(proc);
	munmap(start, 5 * page);
}

static void dead_process(void **state)
{
	struct extent_list list = { 0 };
	struct pagemap *pagemaps[3] = { 0 };
	struct vma_list vmas = { 0 };
	enum page_reader reader;
	struct proc *proc = NULL;
	uint64_t unreadable = 0;
	pid_t pid = start_child(NULL, NULL);

	(void)state;
	assert_int_equal(proc__open(procfs, (uint32_t)pid, &proc), 0);
	assert_int_equal(maps_read(proc, &vmas), 0);
	for (reader = PAGE_READER_SCAN; reader <= PAGE_READER_READ; reader++)
		assert_int_equal(pagemap__open(proc, reader, &pagemaps[reader]), 0);
	kill_child(pid);
	for (reader = PAGE_READER_SCAN; reader <= PAGE_READER_READ; reader++) {
		const struct vma *vma = &vmas.vmas[0];

		assert_int_equal(pagemap__scan(pagemaps[reader], vma, vma->start, vma->end, &list,
					       &unreadable),
				 -ESRCH);
		assert_int_equal(list.count, 0);
		pagemap__close(pagemaps[reader]);
	}
	assert_int_equal(pagemap__open(proc, PAGE_READER_AUTO, &pagemaps[0]), -ESRCH);
	vma_list__deinit(&vmas);
	proc__close(proc);
}

#define NO_PID "4194999" /* above the kernel's PID_MAX_LIMIT */

#define FIRST_WORD 0x10000u /* index of the first word in the recording */

static const uint64_t recorded[] = {
	UAPI_PM_PRESENT | UAPI_PM_EXCLUSIVE | 0x1234,
	UAPI_PM_PRESENT | UAPI_PM_EXCLUSIVE | UAPI_PM_FILE,
	UAPI_PM_SWAP | 0x60,
	UAPI_PM_SWAP | UAPI_PM_FILE,
	UAPI_PM_SWAP | UAPI_PM_GUARD | 0x9f,
	UAPI_PM_FILE,
	1ull << 55,
	UAPI_PM_PRESENT,
};

static void write_file(int root, const char *name, const void *data, size_t size, off_t offset)
{
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, size, offset), size);
	close(fd);
}

/* Returns a descriptor of the folder that mkdtemp made of root. */
static int make_recording(char *root)
{
	static const char status[] = "Name:\tx\nTgid:\t" NO_PID "\n";
	int fd;

	assert_non_null(mkdtemp(root));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(fd, NO_PID, 0700), 0);
	write_file(fd, NO_PID "/status", status, sizeof(status) - 1, 0);
	write_file(fd, NO_PID "/pagemap", recorded, sizeof(recorded),
		   (off_t)(FIRST_WORD * sizeof(recorded[0])));
	return fd;
}

static void remove_recording(const char *root, int fd)
{
	unlinkat(fd, NO_PID "/status", 0);
	unlinkat(fd, NO_PID "/pagemap", 0);
	unlinkat(fd, NO_PID, AT_REMOVEDIR);
	close(fd);
	rmdir(root);
}

/* What the reader makes of the recording as memory of this VMA. */
static void expect_recorded(struct pagemap *pagemap, const struct vma *vma,
			    const uint32_t *expected, uint64_t expected_unreadable)
{
	const size_t pages = sizeof(recorded) / sizeof(recorded[0]);
	uint32_t categories[sizeof(recorded) / sizeof(recorded[0])];
	struct extent_list list = { 0 };
	uint64_t unreadable = 0;

	assert_int_equal(pagemap__scan(pagemap, vma, vma->start, vma->start + pages * page, &list,
				       &unreadable),
			 0);
	expand_pages(&list, (const char *)(uintptr_t)vma->start, pages, categories);
	assert_memory_equal(categories, expected, sizeof(categories));
	assert_int_equal(unreadable, expected_unreadable);
	/* It ends too early: nothing half known is handed out. */
	list.count = 0;
	assert_int_equal(pagemap__scan(pagemap, vma, vma->start, vma->end, &list, &unreadable),
			 -ESRCH);
	assert_int_equal(list.count, 0);
	assert_int_equal(unreadable, expected_unreadable);
	extent_list__deinit(&list);
}

static bool has_swap(void)
{
	struct sysinfo info;

	assert_int_equal(sysinfo(&info), 0);
	return info.totalswap;
}

/*
 * A pagemap of made-up words, as another machine might have recorded it. Nobody can
 * be asked whether the last one is the zero page.
 */
static void recorded_words(void **state)
{
	/* Without swap space here they are pages that are on their way to another frame. */
	const uint32_t swapped = has_swap() ? PAGE_IS_SWAPPED_BIT : PRESENT;
	const uint32_t expected[] = {
		PRESENT, FILE_PAGE, swapped, FILE_PAGE, GUARD, 0, 0, PRESENT,
	};
	const uint32_t no_device[] = {
		0, FILE_PAGE, has_swap() ? swapped : 0, FILE_PAGE, GUARD, 0, 0, 0,
	};
	struct vma vma = { .start = FIRST_WORD * page, .path = (char *)"" };
	char root[] = "/tmp/pagewatch-test-XXXXXX";
	struct procfs *dump = NULL;
	struct pagemap *pagemap = NULL;
	struct proc *proc = NULL;
	int fd = make_recording(root);

	(void)state;
	vma.end = vma.start + 11 * page;
	assert_int_equal(procfs__open(root, &dump), 0);
	assert_int_equal(proc__open(dump, (uint32_t)atoi(NO_PID), &proc), 0);
	assert_int_equal(pagemap__open(proc, PAGE_READER_SCAN, &pagemap), -EOPNOTSUPP);
	assert_int_equal(pagemap__open(proc, PAGE_READER_AUTO, &pagemap), 0);
	assert_int_equal(pagemap__reader(pagemap), PAGE_READER_READ);
	assert_int_equal(pagemap__known_categories(pagemap) & (HUGE | PAGE_IS_PFNZERO_BIT), 0);

	expect_recorded(pagemap, &vma, expected, 1);
	vma.shared = true;
	expect_recorded(pagemap, &vma, no_device, 0);
	vma.shared = false;
	vma.kind = VMA_SPECIAL;
	vma.path = (char *)"[vdso]";
	expect_recorded(pagemap, &vma, expected, 1);
	vma.path = (char *)"[vvar_vclock]";
	expect_recorded(pagemap, &vma, no_device, 0);

	pagemap__close(pagemap);
	proc__close(proc);
	procfs__close(dump);
	remove_recording(root, fd);
}

static void probes(void **state)
{
	const uint32_t always = PAGE_IS_FILE_BIT | PRESENT | PAGE_IS_SWAPPED_BIT |
				PAGE_IS_PFNZERO_BIT | HUGE;
	struct pagemap *pagemap = NULL;
	struct proc *proc = NULL;
	uint32_t known = 0;

	(void)state;
	assert_int_equal(pagemap_probe_scan(&known), 0);
	assert_int_equal(known & always, always);
	assert_int_equal(proc__open(procfs, (uint32_t)getpid(), &proc), 0);
	assert_int_equal(pagemap__open(proc, PAGE_READER_AUTO, &pagemap), 0);
	assert_int_equal(pagemap__reader(pagemap), PAGE_READER_SCAN);
	assert_int_equal(pagemap__known_categories(pagemap), known);
	pagemap__close(pagemap);
	assert_int_equal(pagemap__open(proc, PAGE_READER_READ, &pagemap), 0);
	assert_int_equal(pagemap__known_categories(pagemap), known & ~HUGE);
	pagemap__close(pagemap);
	proc__close(proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes),	  cmocka_unit_test(beyond_one_call),
		cmocka_unit_test(sparse),	  cmocka_unit_test(calls_stay_apart),
		cmocka_unit_test(wrong_ranges),	  cmocka_unit_test(dead_process),
		cmocka_unit_test(recorded_words),
	};

	return cmocka_run_group_tests_name("pagemap_walk", tests, pages_setup, pages_teardown);
}
