/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* /proc/PID/maps: recorded, made up, hostile and our own. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/maps.h"
#include "collect/proc/maps_text.h"

#define FIXTURES "tests/fixtures/proc"
#define RECORDED_PID 1281

static void read_maps(const char *root, uint32_t pid, struct vma_list *list)
{
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;

	assert_int_equal(procfs__open(root, &procfs), 0);
	assert_int_equal(proc__open(procfs, pid, &proc), 0);
	assert_int_equal(maps_read(proc, list), 0);
	proc__close(proc);
	procfs__close(procfs);
}

static void count_kinds(const struct vma_list *list, size_t kinds[VMA_KINDS])
{
	size_t i;

	memset(kinds, 0, VMA_KINDS * sizeof(*kinds));
	for (i = 0; i < list->count; i++) {
		if (i)
			assert_true(list->vmas[i].start >= list->vmas[i - 1].end);
		assert_true(list->vmas[i].start < list->vmas[i].end);
		kinds[list->vmas[i].kind]++;
	}
}

static void recorded(void **state)
{
	struct vma_list list = { 0 };
	size_t kinds[VMA_KINDS];
	const struct vma *vma;

	(void)state;
	read_maps(FIXTURES "/debian12", RECORDED_PID, &list);
	assert_int_equal(list.count, 191);
	count_kinds(&list, kinds);
	/* as counted with awk in the file; /dev/zero mapped private is anonymous */
	assert_int_equal(kinds[VMA_ANON], 22 + 1);
	assert_int_equal(kinds[VMA_HEAP], 1);
	assert_int_equal(kinds[VMA_STACK], 1);
	assert_int_equal(kinds[VMA_FILE], 158);
	assert_int_equal(kinds[VMA_SHMEM], 4 + 1);
	assert_int_equal(kinds[VMA_SPECIAL], 3);
	assert_int_equal(kinds[VMA_HUGETLB], 0);

	vma = vma_list__find(&list, 0x41f000);
	assert_non_null(vma);
	assert_int_equal(vma->start, 0x41f000);
	assert_int_equal(vma->end, 0x6d2000);
	assert_int_equal(vma->offset, 0x1f000);
	assert_int_equal(vma->dev_major, 0xfe);
	assert_int_equal(vma->dev_minor, 0);
	assert_int_equal(vma->inode, 247702);
	assert_true(vma->readable && !vma->writable && vma->executable && !vma->shared);
	assert_string_equal(vma->path, "/usr/bin/python3.11");
	vma_list__deinit(&list);
	assert_null(list.vmas);
}

static void kinds(void **state)
{
	static const enum vma_kind expected[] = {
		VMA_FILE,    VMA_HEAP,	  VMA_SHMEM,   VMA_SHMEM, VMA_HUGETLB, VMA_HUGETLB,
		VMA_HUGETLB, VMA_FILE,	  VMA_FILE,    VMA_SHMEM, VMA_ANON,    VMA_SHMEM,
		VMA_STACK,   VMA_SPECIAL, VMA_SPECIAL, VMA_ANON,  VMA_FILE,    VMA_FILE,
		VMA_HUGETLB, VMA_FILE,	  VMA_FILE,    VMA_STACK,
	};
	struct vma_list list = { 0 };
	size_t i;

	(void)state;
	read_maps(FIXTURES "/synthetic", 7, &list);
	assert_int_equal(list.count, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < list.count; i++) {
		if (list.vmas[i].kind != expected[i])
			fail_msg("'%s' is kind %d", list.vmas[i].path, list.vmas[i].kind);
	}
	vma_list__deinit(&list);
}

static void finds(void **state)
{
	struct vma vmas[] = {
		{ .start = 0x1000, .end = 0x3000 },
		{ .start = 0x3000, .end = 0x4000 },
		{ .start = 0x9000, .end = 0xa000 },
	};
	struct vma_list list = { vmas, 3, 3 };
	struct vma_list none = { 0 };

	(void)state;
	assert_null(vma_list__find(&list, 0));
	assert_null(vma_list__find(&list, 0xfff));
	assert_ptr_equal(vma_list__find(&list, 0x1000), &vmas[0]);
	assert_ptr_equal(vma_list__find(&list, 0x2fff), &vmas[0]);
	assert_ptr_equal(vma_list__find(&list, 0x3000), &vmas[1]);
	assert_null(vma_list__find(&list, 0x4000));
	assert_null(vma_list__find(&list, 0x8fff));
	assert_ptr_equal(vma_list__find(&list, 0x9fff), &vmas[2]);
	assert_null(vma_list__find(&list, UINT64_MAX));
	assert_null(vma_list__find(&none, 0x1000));
}

#define HEAD "1000-2000 rw-p 00000000 fe:00 7"

static void refused_lines(void **state)
{
	static const char *const refused[] = {
		"",
		" ",
		"1000",
		"1000-",
		"1000-2000",
		"1000-2000 rw-p",
		HEAD,
		"2000-1000 rw-p 00000000 fe:00 7 /x",
		"1000-1000 rw-p 00000000 fe:00 7 /x",
		"-1000-2000 rw-p 00000000 fe:00 7 /x",
		" 1000-2000 rw-p 00000000 fe:00 7 /x",
		"1000-2000  rw-p 00000000 fe:00 7 /x",
		"1000-2000 rw-z 00000000 fe:00 7 /x",
		"1000-2000 rwxps 0000000 fe:00 7 /x",
		"1000-2000 wr-p 00000000 fe:00 7 /x",
		"1000-2000 rw- 00000000 fe:00 7 /x",
		"1000-2000 rw-p 0x000000 fe:00 7 /x",
		"1000-2000 rw-p 00000000 fe-00 7 /x",
		"1000-2000 rw-p 00000000 1ffffffff:00 7 /x",
		"1000-2000 rw-p 00000000 fe:00 7a /x",
		"1000-2000 rw-p 00000000 fe:00 -7 /x",
		"1000-2000 rw-p 00000000 fe:00  /x",
		"1000-10000000000000000 rw-p 0 fe:00 7 /x",
		"1000-2000 rw-p 0 fe:00 18446744073709551616 /x",
		"1000-2000 RW-p 0 fe:00 7 /x",
		"1000-2000 rw-p00000000 fe:00 7 /x",
		"DEAD-F000 rw-p 0 fe:00 7 /x",
	};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct vma vma = { .inode = 4099 };

		snprintf(line, sizeof(line), "%s", refused[i]);
		if (maps_line_parse(line, &vma) != -EBADMSG || vma.inode != 4099)
			fail_msg("taken: '%s'", refused[i]);
	}
}

static void hostile_paths(void **state)
{
	static const struct {
		const char *line;
		const char *path;
	} taken[] = {
		{ HEAD " ", "" },
		{ HEAD "                       /x", "/x" },
		{ HEAD " /a b  c (deleted)", "/a b  c (deleted)" },
		{ HEAD " /a\\012[heap]", "/a\\012[heap]" },
		{ HEAD " /3000-4000 rw-p 00000000 00:00 0 [stack]",
		  "/3000-4000 rw-p 00000000 00:00 0 [stack]" },
		{ HEAD " /\x1b[2J\xff", "/\x1b[2J\xff" },
	};
	char line[256];
	struct vma vma;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		snprintf(line, sizeof(line), "%s", taken[i].line);
		assert_int_equal(maps_line_parse(line, &vma), 0);
		assert_string_equal(vma.path, taken[i].path);
		assert_int_equal(vma.inode, 7);
	}
	/* any page size: addresses are what they are */
	snprintf(line, sizeof(line), "ffff00001234-ffff00001235 ---s ffffffffffffffff 0:0 0 ");
	assert_int_equal(maps_line_parse(line, &vma), 0);
	assert_int_equal(vma.end - vma.start, 1);
	assert_int_equal(vma.offset, UINT64_MAX);
	assert_true(vma.shared && !vma.readable);
}

/* Reads maps of this text; the list is full before, so that a failure must empty it. */
static int read_text(const char *text, size_t size, struct vma_list *list)
{
	char root[] = "/tmp/pagewatch-test-XXXXXX";
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	FILE *file;
	int err, fd;

	assert_non_null(mkdtemp(root));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(fd, "11", 0700), 0);
	file = fdopen(openat(fd, "11/status", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "w");
	fputs("Name:\tx\nTgid:\t11\n", file);
	fclose(file);
	file = fdopen(openat(fd, "11/maps", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "w");
	fwrite(text, 1, size, file);
	fclose(file);
	assert_int_equal(procfs__open(root, &procfs), 0);
	assert_int_equal(proc__open(procfs, 11, &proc), 0);
	read_maps(FIXTURES "/synthetic", 7, list);
	err = maps_read(proc, list);
	proc__close(proc);
	procfs__close(procfs);
	unlinkat(fd, "11/maps", 0);
	unlinkat(fd, "11/status", 0);
	unlinkat(fd, "11", AT_REMOVEDIR);
	close(fd);
	rmdir(root);
	return err;
}

#define READ_TEXT(text, list) read_text(text, sizeof(text) - 1, list)

static void broken_files(void **state)
{
	struct vma_list list = { 0 };

	(void)state;
	assert_int_equal(READ_TEXT(HEAD " /x\n" HEAD, &list), -EBADMSG);
	assert_int_equal(list.count, 0);
	assert_int_equal(READ_TEXT(HEAD " /x\n\n", &list), -EBADMSG);
	assert_int_equal(list.count, 0);
	assert_int_equal(READ_TEXT(HEAD " /x\0y\n", &list), -EBADMSG);
	assert_int_equal(list.count, 0);
	assert_int_equal(READ_TEXT(HEAD " /x\n3000-4000 rw-p 0 fe:00 7 /y", &list), -EBADMSG);
	assert_int_equal(list.count, 0);
	assert_int_equal(READ_TEXT("", &list), -ESRCH);
	assert_int_equal(list.count, 0);
	vma_list__deinit(&list);
}

/* A VMA that grew or merged between two chunks of the file comes again, overlapping. */
static void torn_file(void **state)
{
	struct vma_list list = { 0 };

	(void)state;
	assert_int_equal(READ_TEXT("1000-3000 rw-p 00000000 00:00 0 \n"
				   "1000-7000 rw-p 00001000 fe:00 5 /grown\n"
				   "2000-6000 rw-p 00000000 00:00 0 \n"
				   "7000-8000 rw-p 00000000 00:00 0 [heap]\n"
				   "ffff000-ffff1000 --xp 00000000 00:00 0 [vsyscall]\n",
				   &list),
			 0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.vmas[1].start, 0x3000);
	assert_int_equal(list.vmas[1].end, 0x7000);
	assert_int_equal(list.vmas[1].offset, 0x3000);
	assert_int_equal(list.vmas[2].kind, VMA_HEAP);
	vma_list__deinit(&list);
}

static void our_own(void **state)
{
	const size_t bytes = 7 * (size_t)sysconf(_SC_PAGESIZE);
	char path[] = "/var/tmp/pagewatch\ntest-XXXXXX";
	struct vma_list list = { 0 };
	const struct vma *vma;
	struct stat stat;
	void *shared, *file, *memory;
	int fd, memfd;

	(void)state;
	fd = mkstemp(path);
	memfd = memfd_create("[stack]", MFD_CLOEXEC);
	assert_true(fd >= 0 && memfd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	assert_int_equal(ftruncate(memfd, (off_t)bytes), 0);
	assert_int_equal(fstat(fd, &stat), 0);
	shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	file = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	memory = mmap(NULL, bytes, PROT_NONE, MAP_SHARED, memfd, 0);
	read_maps("/proc", (uint32_t)getpid(), &list);

	vma = vma_list__find(&list, (uintptr_t)shared);
	assert_non_null(vma);
	assert_int_equal(vma->kind, VMA_SHMEM);
	assert_true(vma->shared && vma->writable);
	assert_int_equal(vma->start, (uintptr_t)shared);
	assert_int_equal(vma->end, (uintptr_t)shared + bytes);
	vma = vma_list__find(&list, (uintptr_t)file);
	assert_non_null(vma);
	assert_int_equal(vma->kind, VMA_FILE);
	assert_int_equal(vma->inode, stat.st_ino);
	assert_int_equal(makedev(vma->dev_major, vma->dev_minor), stat.st_dev);
	assert_non_null(strstr(vma->path, "pagewatch\\012test-"));
	vma = vma_list__find(&list, (uintptr_t)memory);
	assert_non_null(vma);
	assert_int_equal(vma->kind, VMA_SHMEM);
	assert_true(!vma->readable && !vma->writable && !vma->executable);
	assert_string_equal(vma->path, "/memfd:[stack] (deleted)");
	vma = vma_list__find(&list, (uintptr_t)&list);
	assert_non_null(vma);
	assert_int_equal(vma->kind, VMA_STACK);

	vma_list__deinit(&list);
	munmap(shared, bytes);
	munmap(file, bytes);
	munmap(memory, bytes);
	unlink(path);
	close(fd);
	close(memfd);
}

/* Of 64 Ki VMAs the last are counted without a look at the first quarter, which cannot be read. */
static void counted_without_the_first(void **state)
{
	const size_t count = 1u << 16, bytes = count * sizeof(struct vma);
	struct vma *vmas =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vma_list list = { vmas, count, count };
	uint64_t i;

	(void)state;
	assert_ptr_not_equal(vmas, MAP_FAILED);
	/* With a gap of one page behind each. */
	for (i = 0; i < count; i++) {
		vmas[i].start = i * 0x3000;
		vmas[i].end = vmas[i].start + 0x2000;
	}
	assert_int_equal(mprotect(vmas, bytes / 4, PROT_NONE), 0);
	i = (count - 3) * 0x3000;
	assert_int_equal(vma_list__count(&list, i, i + 0x1000), 1);
	assert_int_equal(vma_list__count(&list, i + 0x2000, i + 0x3000), 0);
	assert_int_equal(vma_list__count(&list, i + 0x2000, i + 0x3001), 1);
	assert_int_equal(vma_list__count(&list, i + 0x1fff, UINT64_MAX), 3);
	assert_int_equal(vma_list__count(&list, count * 0x3000, UINT64_MAX), 0);
	munmap(vmas, bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded),
		cmocka_unit_test(kinds),
		cmocka_unit_test(finds),
		cmocka_unit_test(refused_lines),
		cmocka_unit_test(hostile_paths),
		cmocka_unit_test(broken_files),
		cmocka_unit_test(torn_file),
		cmocka_unit_test(our_own),
		cmocka_unit_test(counted_without_the_first),
	};

	return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
