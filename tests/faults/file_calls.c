/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Calls that take pages of mapped files away and are no calls about memory. All 64 pages of a file
 * at BASE (for "twice" also at OTHER, for "thrice" also at THIRD) are written; then the call; then what is not
 * there is populated, without a fault.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE 0x200000000000ul
#define OTHER 0x210000000000ul
#define THIRD 0x220000000000ul
#define PAGES 64ul
#define HALF (PAGES / 2)
#define RING_PAGES 61ul

#define POPULATE_WRITE 23 /* MADV_POPULATE_WRITE */
#define PUNCH 3		  /* FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE */

static char *page(uint64_t start, unsigned long number)
{
	return (char *)(uintptr_t)(start + number * PAGE);
}

static int map_written(int fd, uint64_t start, int flags)
{
	unsigned long i;

	if (mmap(page(start, 0), PAGES * PAGE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0) ==
	    MAP_FAILED)
		return 1;
	for (i = 0; i < PAGES; i++)
		*(volatile char *)page(start, i) = 1;
	return 0;
}

static int populate(uint64_t start)
{
	return madvise(page(start, 0), PAGES * PAGE, POPULATE_WRITE);
}

/* The half of the file, but a byte: it ends within a page. */
static int punch(int fd)
{
	return fallocate(fd, PUNCH, 0, (off_t)(HALF * PAGE + PAGE - 1));
}

static int truncate_and_grow(int fd)
{
	return ftruncate(fd, (off_t)(HALF * PAGE)) || ftruncate(fd, (off_t)(PAGES * PAGE));
}

static int punch_in_child(int fd)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(punch(fd));
	return waitpid(child, &status, 0) != child || status;
}

/* To pages that nobody has written. */
static int remap(void)
{
	return remap_file_pages(page(BASE, 0), HALF * PAGE, 0, HALF, 0);
}

/* What is mapped where the ring was has nothing of the ring's touches. */
static int destroy_ring(void)
{
	unsigned long ring = 0, i;
	char *memory;

	if (syscall(SYS_io_setup, 20000, &ring))
		return 1;
	for (i = 0; i < RING_PAGES; i++)
		(void)*(volatile char *)page(ring, i);
	if (syscall(SYS_io_destroy, ring))
		return 1;
	memory = mmap(page(ring, 0), RING_PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (memory == MAP_FAILED || madvise(memory, RING_PAGES * PAGE, MADV_NOHUGEPAGE) ||
	    madvise(memory, RING_PAGES * PAGE, POPULATE_WRITE))
		return 1;
	printf("%lx\n", ring);
	return 0;
}

/* argv[2] is a file that may be written to; without one it has no name. */
int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int fd = argc > 2 ? open(argv[2], O_RDWR | O_CREAT, 0600) : memfd_create("file", 0);
	int flags = strstr(what, "private") ? MAP_PRIVATE : MAP_SHARED;
	int three = !!strstr(what, "thrice"), two = three || strstr(what, "twice");
	int err = 0;

	if (fd < 0 || ftruncate(fd, (off_t)(PAGES * PAGE)) || map_written(fd, BASE, flags))
		return 1;
	if ((two && map_written(fd, OTHER, MAP_SHARED)) ||
	    (three && map_written(fd, THIRD, MAP_SHARED)))
		return 1;
	if (strstr(what, "punch"))
		err = punch(fd);
	else if (strstr(what, "child"))
		err = punch_in_child(fd);
	else if (strstr(what, "truncate"))
		err = truncate_and_grow(fd);
	else if (strstr(what, "refused"))
		err = !fallocate(fd, 2 /* FALLOC_FL_PUNCH_HOLE alone */, 0, (off_t)PAGE);
	else if (strstr(what, "grow"))
		err = ftruncate(fd, (off_t)(2 * PAGES * PAGE));
	else if (strstr(what, "remap"))
		err = remap();
	else if (strstr(what, "ring"))
		return destroy_ring();
	return err || populate(BASE) || (two && populate(OTHER)) || (three && populate(THIRD));
}
