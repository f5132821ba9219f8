/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Calls whose ranges the kernel rounds to whole huge pages of the pool (hugetlb). At BASE lie three
 * of them, of which a small page each is written; PAGE and HUGE are sizes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BASE 0x200000000000ul
#define OTHER 0x210000000000ul
#define COUNT 3ul

#define WRITABLE (PROT_READ | PROT_WRITE)

static char *at(uint64_t start, unsigned long bytes)
{
	return (char *)(uintptr_t)(start + bytes);
}

static int map_pool(int shared)
{
	unsigned long i;

	if (mmap(at(BASE, 0), COUNT * HUGE, WRITABLE,
		 (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		return 1;
	for (i = 0; i < COUNT; i++)
		*(volatile char *)at(BASE, i * HUGE + PAGE) = 1;
	return 0;
}

/* Every small page of OTHER is written; then one huge page takes their place. */
static int map_over(int flags, int fd)
{
	unsigned long i;

	if (mmap(at(OTHER, 0), HUGE, WRITABLE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED ||
	    madvise(at(OTHER, 0), HUGE, MADV_NOHUGEPAGE))
		return 1;
	for (i = 0; i < HUGE; i += PAGE)
		*(volatile char *)at(OTHER, i) = 1;
	if (mmap(at(OTHER, 0), PAGE, WRITABLE, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		return 1;
	*(volatile char *)at(OTHER, 0) = 1;
	return 0;
}

static int map_file_over(void)
{
	int fd = memfd_create("pool", MFD_HUGETLB);

	return fd < 0 || ftruncate(fd, (off_t)HUGE) || map_over(MAP_SHARED, fd);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (map_pool(!strcmp(what, "remove")))
		return 1;
	if (!strcmp(what, "drop"))
		return madvise(at(BASE, 0), HUGE + 7 * PAGE, MADV_DONTNEED);
	if (!strcmp(what, "remove"))
		return madvise(at(BASE, PAGE), 2 * HUGE, MADV_REMOVE);
	if (!strcmp(what, "refused"))
		return !madvise(at(BASE, PAGE), HUGE, MADV_DONTNEED);
	if (!strcmp(what, "move"))
		return mremap(at(BASE, 0), HUGE + PAGE, HUGE + PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			      at(OTHER, 0)) != at(OTHER, 0);
	if (!strcmp(what, "map"))
		return map_over(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	return map_file_over();
}
