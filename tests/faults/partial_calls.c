/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * mremap of several mappings that is refused after some of them were moved (since v6.17; before,
 * and where nothing can be sealed, it moves none or all). Prints how many pages were moved, and
 * whether what lay at the new place behind them is still there: older kernels unmap it first.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OLD 0x200000000000ul
#define NEW 0x210000000000ul
#define PAGES 32ul
#define SYS_MSEAL 462
#define SEALED 12ul
#define HOLE 22ul

static char *page(uint64_t start, unsigned long number)
{
	return (char *)(uintptr_t)(start + number * PAGE);
}

static int is_mapped(char *address)
{
	return !msync(address, PAGE, MS_ASYNC);
}

static int map(uint64_t start)
{
	void *got = mmap(page(start, 0), PAGES * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return got == MAP_FAILED || madvise(got, PAGES * PAGE, MADV_NOHUGEPAGE);
}

static unsigned long count_moved(int keeps_old)
{
	unsigned long moved = 0;

	while (moved < PAGES &&
	       (keeps_old ? is_mapped(page(NEW, moved)) && *(volatile char *)page(NEW, moved) == 1
			  : !is_mapped(page(OLD, moved))))
		moved++;
	return moved;
}

int main(int argc, char **argv)
{
	int keeps_old = argc > 1 && !strcmp(argv[1], "dontunmap");
	int has_hole = argc > 1 && !strcmp(argv[1], "hole");
	unsigned long i, moved;

	/* What lies at the new place is written, too, where nothing comes. */
	if (map(OLD) || map(NEW))
		return 1;
	for (i = 0; i < PAGES; i++) {
		*(volatile char *)page(OLD, i) = 1;
		if (i >= 20)
			*(volatile char *)page(NEW, i) = 2;
	}
	mprotect(page(OLD, 4), 4 * PAGE, PROT_READ);
	if (has_hole && munmap(page(OLD, HOLE), 2 * PAGE))
		return 1;
	if (!has_hole)
		syscall(SYS_MSEAL, page(OLD, SEALED), 2 * PAGE, 0);
	mremap(page(OLD, 0), PAGES * PAGE, PAGES * PAGE,
	       MREMAP_MAYMOVE | MREMAP_FIXED | (keeps_old ? MREMAP_DONTUNMAP : 0), page(NEW, 0));
	moved = count_moved(keeps_old);
	/* The old place is free: what comes there next has nothing of what was there. */
	if (moved && !keeps_old &&
	    (mmap(page(OLD, 0), moved * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ||
	     madvise(page(OLD, 0), moved * PAGE, MADV_NOHUGEPAGE) ||
	     madvise(page(OLD, 0), moved * PAGE, 23 /* MADV_POPULATE_WRITE */)))
		return 1;
	printf("%lu %d\n", moved, is_mapped(page(NEW, PAGES - 1)));
	return 0;
}
