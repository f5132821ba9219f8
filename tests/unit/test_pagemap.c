/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Both page readers on pages whose history we know, page by page. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/environment.h"
#include "pages.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static void anonymous(void **state)
{
	uint32_t expected[23] = { 0 };
	char *start = map_anon(23);
	size_t i;

	(void)state;
	expect_pages((uint32_t)getpid(), start, 23, expected);
	for (i = 0; i < 11; i++) {
		write_page(start, 2 * i);
		expected[2 * i] = PRESENT;
	}
	for (i = 0; i < 5; i++) {
		read_page(start, 2 * i + 1);
		expected[2 * i + 1] = ZERO;
	}
	expect_pages((uint32_t)getpid(), start, 23, expected);
	/* a read page that is written, a written page that is dropped */
	write_page(start, 3);
	expected[3] = PRESENT;
	assert_int_equal(madvise(start + 4 * page, page, MADV_DONTNEED), 0);
	expected[4] = 0;
	expect_pages((uint32_t)getpid(), start, 23, expected);
	/* parts of a mapping */
	expect_pages((uint32_t)getpid(), start + 3 * page, 7, expected + 3);
	expect_pages((uint32_t)getpid(), start + 22 * page, 1, expected + 22);
	munmap(start, 23 * page);
}

static void guard_page(void **state)
{
	uint32_t expected[7] = { PRESENT, 0, GUARD, GUARD, 0, ZERO, 0 };
	char *start = map_anon(7);

	(void)state;
	if (madvise(start + 2 * page, 2 * page, MADV_GUARD_INSTALL))
		skip();
	write_page(start, 0);
	read_page(start, 5);
	expect_pages((uint32_t)getpid(), start, 7, expected);
	munmap(start, 7 * page);
}

static void huge_pages(void **state)
{
	size_t huge = environment.pmd_bytes / page;
	static uint32_t expected[PAGES_MAX];
	char *raw, *start;
	size_t i;

	(void)state;
	if (!environment.thp[0] || !strcmp(environment.thp, "never") || 2 * huge > PAGES_MAX)
		skip();
	raw = mmap(NULL, 3 * environment.pmd_bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(raw, MAP_FAILED);
	start = raw + (-(uintptr_t)raw & (environment.pmd_bytes - 1));
	assert_int_equal(madvise(start, 2 * environment.pmd_bytes, MADV_HUGEPAGE), 0);
	write_page(start, 3);
	read_page(start, huge + 5);
	for (i = 0; i < huge; i++) {
		expected[i] = PRESENT | HUGE;
		expected[huge + i] = environment.use_zero_page ? ZERO | HUGE : PRESENT | HUGE;
	}
	expect_pages((uint32_t)getpid(), start, 2 * huge, expected);
	/*
	 * One page dropped: all the others are mapped one by one from now on. khugepaged, which the
	 * first huge page woke, must not make one of them again.
	 */
	assert_int_equal(madvise(start, 2 * environment.pmd_bytes, MADV_NOHUGEPAGE), 0);
	assert_int_equal(madvise(start + 7 * page, page, MADV_DONTNEED), 0);
	for (i = 0; i < huge; i++)
		expected[i] = i == 7 ? 0 : PRESENT;
	expect_pages((uint32_t)getpid(), start, 2 * huge, expected);
	munmap(raw, 3 * environment.pmd_bytes);
}

static int file_of(size_t pages)
{
	char path[] = "/var/tmp/pagewatch-test-XXXXXX";
	int fd = mkstemp(path);
	char byte = 1;
	size_t i;

	assert_true(fd >= 0);
	unlink(path);
	for (i = 0; i < pages; i++)
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)(i * page)), 1);
	assert_int_equal(ftruncate(fd, (off_t)(pages * page)), 0);
	return fd;
}

static void private_file(void **state)
{
	uint32_t expected[13];
	int fd = file_of(13);
	char *start = map(13, MAP_PRIVATE, fd);
	size_t i;

	(void)state;
	for (i = 0; i < 13; i++) {
		read_page(start, i);
		expected[i] = FILE_PAGE;
	}
	for (i = 0; i < 3; i++) {
		write_page(start, 5 * i);
		expected[5 * i] = PRESENT;
	}
	expect_pages((uint32_t)getpid(), start, 13, expected);
	munmap(start, 13 * page);
	close(fd);
}

static void shared_memory(void **state)
{
	uint32_t expected[13] = { 0 };
	int fd = memfd_create("test", MFD_CLOEXEC);
	char *start, *copy;
	size_t i;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)(13 * page)), 0);
	start = map(13, MAP_SHARED, fd);
	for (i = 0; i < 5; i++) {
		write_page(start, 2 * i);
		expected[2 * i] = FILE_PAGE;
	}
	expect_pages((uint32_t)getpid(), start, 13, expected);
	/* a private mapping of it: what is written is anonymous */
	copy = map(13, MAP_PRIVATE, fd);
	memset(expected, 0, sizeof(expected));
	write_page(copy, 1);
	expected[1] = PRESENT;
	expect_pages((uint32_t)getpid(), copy, 13, expected);
	munmap(start, 13 * page);
	munmap(copy, 13 * page);
	close(fd);

	start = map(13, MAP_SHARED | MAP_ANONYMOUS, -1);
	memset(expected, 0, sizeof(expected));
	write_page(start, 7);
	expected[7] = FILE_PAGE;
	expect_pages((uint32_t)getpid(), start, 13, expected);
	munmap(start, 13 * page);
}

static void private_dev_zero(void **state)
{
	uint32_t expected[7] = { 0, PRESENT, 0, ZERO, 0, 0, 0 };
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	char *start = map(7, MAP_PRIVATE, fd);

	(void)state;
	write_page(start, 1);
	read_page(start, 3);
	expect_pages((uint32_t)getpid(), start, 7, expected);
	munmap(start, 7 * page);
	close(fd);
}

static void write_three(void *ctx)
{
	write_page(ctx, 0);
	write_page(ctx, 1);
	write_page(ctx, 2);
}

/* After fork no page is exclusive: each must be told from the zero page. */
static void copy_on_write(void **state)
{
	uint32_t expected[23] = { 0 };
	uint32_t child_expected[23];
	char *start = map_anon(23);
	size_t i;
	pid_t pid;

	(void)state;
	for (i = 0; i < 11; i++) {
		write_page(start, 2 * i);
		expected[2 * i] = PRESENT;
	}
	for (i = 0; i < 5; i++) {
		read_page(start, 2 * i + 1);
		expected[2 * i + 1] = ZERO;
	}
	memcpy(child_expected, expected, sizeof(expected));
	child_expected[1] = PRESENT;
	pid = start_child(write_three, start);
	expect_pages((uint32_t)pid, start, 23, child_expected);
	expect_pages((uint32_t)getpid(), start, 23, expected);
	kill_child(pid);
	munmap(start, 23 * page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anonymous),	 cmocka_unit_test(guard_page),
		cmocka_unit_test(huge_pages),	 cmocka_unit_test(private_file),
		cmocka_unit_test(shared_memory), cmocka_unit_test(private_dev_zero),
		cmocka_unit_test(copy_on_write),
	};

	return cmocka_run_group_tests_name("pagemap", tests, pages_setup, pages_teardown);
}
