/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The sum of what the page readers say, over every VMA, against smaps. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/maps.h"
#include "collect/proc/proc_text.h"
#include "facts/environment.h"
#include "pages.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static void populate(void *ctx)
{
	int fd = memfd_create("populate", MFD_CLOEXEC);
	char *start;
	size_t i;

	(void)ctx;
	start = map_anon(1009);
	for (i = 0; i < 1009; i++)
		i % 3 ? write_page(start, i) : read_page(start, i);
	madvise(start + 17 * page, page, MADV_GUARD_INSTALL);
	if (ftruncate(fd, (off_t)(97 * page)))
		_exit(1);
	start = map(97, MAP_SHARED, fd);
	for (i = 0; i < 97; i += 2)
		write_page(start, i);
	start = mmap(NULL, 5 * environment.pmd_bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(start, 5 * environment.pmd_bytes, MADV_HUGEPAGE);
	write_page(start, environment.pmd_bytes / page);
	read_page(start, 3 * environment.pmd_bytes / page);
}

static uint64_t smaps_rss_pages(const struct proc *proc)
{
	char *text = NULL;
	uint64_t kib = 0;

	assert_int_equal(proc__read_file(proc, "smaps_rollup", &text, NULL), 0);
	assert_int_equal(proc_status_number(text, "Rss", &kib), 0);
	free(text);
	return kib * 1024 / page;
}

static uint64_t resident_pages(struct pagemap *pagemap, const struct vma *vma)
{
	struct extent_list list = { 0 };
	uint64_t unreadable = 0;
	uint64_t resident = 0;
	size_t i;

	assert_int_equal(pagemap__scan(pagemap, vma, vma->start, vma->end, &list, &unreadable), 0);
	assert_int_equal(unreadable, 0);
	for (i = 0; i < list.count; i++) {
		uint32_t categories = list.extents[i].categories;

		if ((categories & PRESENT) && !(categories & PAGE_IS_PFNZERO_BIT))
			resident += (list.extents[i].end - list.extents[i].start) / page;
	}
	extent_list__deinit(&list);
	return resident;
}

/*
 * READ walks VMAs up to max_read bytes only, and SCAN's count stands in for the
 * rest: a sanitizer maps terabytes of shadow.
 */
static void expect_rss(pid_t pid, uint64_t max_read)
{
	struct pagemap *scan = NULL, *read = NULL;
	uint64_t scan_sum = 0, read_sum = 0;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	size_t i;

	assert_int_equal(proc__open(procfs, (uint32_t)pid, &proc), 0);
	assert_int_equal(maps_read(proc, &vmas), 0);
	assert_int_equal(pagemap__open(proc, PAGE_READER_SCAN, &scan), 0);
	assert_int_equal(pagemap__open(proc, PAGE_READER_READ, &read), 0);
	for (i = 0; i < vmas.count; i++) {
		const struct vma *vma = &vmas.vmas[i];
		uint64_t by_scan = resident_pages(scan, vma);

		scan_sum += by_scan;
		if (vma->end - vma->start > max_read) {
			read_sum += by_scan;
			continue;
		}
		read_sum += resident_pages(read, vma);
		if (read_sum != scan_sum)
			fail_msg("%s at %#llx differs", vma->path, (unsigned long long)vma->start);
	}
	assert_int_equal(scan_sum, smaps_rss_pages(proc));
	assert_int_equal(read_sum, smaps_rss_pages(proc));
	pagemap__close(scan);
	pagemap__close(read);
	vma_list__deinit(&vmas);
	proc__close(proc);
}

static void rss_of_child(void **state)
{
	pid_t pid = start_child(populate, NULL);

	(void)state;
	expect_rss(pid, 8ull << 30);
	kill_child(pid);
}

/* Another program's own VMAs, all of them. */
static void rss_of_program(void **state)
{
	int to[2], from[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execl("/bin/cat", "cat", (char *)NULL);
		_exit(127);
	}
	/* It answers: it is past its start. Then it stands still. */
	assert_int_equal(write(to[1], "x", 1), 1);
	assert_int_equal(read(from[0], &byte, 1), 1);
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	expect_rss(pid, UINT64_MAX);
	kill_child(pid);
	close(to[0]);
	close(to[1]);
	close(from[0]);
	close(from[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_of_child),
		cmocka_unit_test(rss_of_program),
	};

	return cmocka_run_group_tests_name("pagemap_rss", tests, pages_setup, pages_teardown);
}
