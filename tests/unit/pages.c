/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Mappings with a known history, and children that hold them. */
#include "pages.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/environment.h"
#include "collect/proc/maps.h"

struct environment environment;
uint64_t page;
struct procfs *procfs;

int pages_setup(void **state)
{
	(void)state;
	if (environment_read("/sys", &environment))
		return -1;
	page = environment.page_bytes;
	return procfs__open("/proc", &procfs);
}

int pages_teardown(void **state)
{
	(void)state;
	procfs__close(procfs);
	return 0;
}

char *map(size_t pages, int flags, int fd)
{
	char *start = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, flags, fd, 0);

	assert_ptr_not_equal(start, MAP_FAILED);
	madvise(start, pages * page, MADV_NOHUGEPAGE);
	return start;
}

char *map_anon(size_t pages)
{
	return map(pages, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

void write_page(char *start, size_t index)
{
	*(volatile char *)(start + index * page) = 1;
}

void read_page(const char *start, size_t index)
{
	(void)*(const volatile char *)(start + index * page);
}

int scan_list(uint32_t pid, enum page_reader reader, const char *start, size_t pages,
	      struct extent_list *list)
{
	uint64_t address = (uintptr_t)start;
	struct pagemap *pagemap = NULL;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	const struct vma *vma;
	uint64_t unreadable = 0;
	int err;

	assert_int_equal(proc__open(procfs, pid, &proc), 0);
	assert_int_equal(maps_read(proc, &vmas), 0);
	assert_int_equal(pagemap__open(proc, reader, &pagemap), 0);
	assert_int_equal(pagemap__reader(pagemap), reader);
	vma = vma_list__find(&vmas, address);
	assert_non_null(vma);
	err = pagemap__scan(pagemap, vma, address, address + pages * page, list, &unreadable);
	assert_int_equal(unreadable, 0);
	pagemap__close(pagemap);
	vma_list__deinit(&vmas);
	proc__close(proc);
	return err;
}

void expand_pages(const struct extent_list *list, const char *start, size_t pages,
		  uint32_t *categories)
{
	uint64_t first = (uintptr_t)start;
	uint64_t end = first;
	size_t i;

	memset(categories, 0, pages * sizeof(*categories));
	for (i = 0; i < list->count; i++) {
		const struct extent *extent = &list->extents[i];
		uint64_t at;

		assert_true(extent->start >= end && extent->start < extent->end);
		assert_true(extent->start % page == 0 && extent->end % page == 0);
		assert_int_not_equal(extent->categories, 0);
		if (i && extent->start == end)
			assert_int_not_equal(extent->categories, list->extents[i - 1].categories);
		end = extent->end;
		assert_true(end <= first + pages * page);
		for (at = extent->start; at < end; at += page)
			categories[(at - first) / page] = extent->categories;
	}
}

static void scan_pages(uint32_t pid, enum page_reader reader, const char *start, size_t pages,
		       uint32_t *categories)
{
	struct extent_list list = { 0 };

	assert_true(pages <= PAGES_MAX);
	assert_int_equal(scan_list(pid, reader, start, pages, &list), 0);
	expand_pages(&list, start, pages, categories);
	extent_list__deinit(&list);
}

void expect_pages(uint32_t pid, const char *start, size_t pages, const uint32_t *expected)
{
	static uint32_t scan[PAGES_MAX], read[PAGES_MAX];
	size_t i;

	scan_pages(pid, PAGE_READER_SCAN, start, pages, scan);
	scan_pages(pid, PAGE_READER_READ, start, pages, read);
	for (i = 0; i < pages; i++) {
		if (scan[i] != expected[i] || read[i] != (expected[i] & ~HUGE))
			fail_msg("page %zu: scan %#x, read %#x, expected %#x", i, scan[i], read[i],
				 expected[i]);
	}
}

pid_t start_child(void (*prepare)(void *ctx), void *ctx)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		/* a test that fails leaves it stopped, with our output in its hands */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (prepare)
			prepare(ctx);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}
