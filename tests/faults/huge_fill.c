/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Huge pages in three mappings. whole: 4 of 8 huge pages have one write each. mixed: one huge page
 * with one write, then as many small ones, all written. split: two huge pages with one write each,
 * of which one is mapped by small entries since. Says READY and waits for a line.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(int okay, const char *what)
{
	if (okay)
		return;
	perror(what);
	exit(1);
}

static char *map(uintptr_t at, size_t bytes)
{
	char *memory = mmap((void *)at, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	must(memory == (char *)at, "mmap");
	return memory;
}

int main(int argc, char **argv)
{
	size_t huge = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	char *whole, *mixed, *split;

	must(huge, "huge_fill BYTES_OF_A_HUGE_PAGE");
	whole = map(0x200000000000, 8 * huge);
	mixed = map(0x210000000000, 2 * huge);
	split = map(0x220000000000, 2 * huge);
	must(!madvise(whole, 8 * huge, MADV_HUGEPAGE), "madvise");
	for (i = 0; i < 4; i++)
		((volatile char *)whole)[i * huge + 5 * page] = 1;
	must(!madvise(mixed, 2 * huge, MADV_NOHUGEPAGE), "madvise");
	for (i = 0; i < huge; i += page)
		((volatile char *)mixed)[huge + i] = 1;
	must(!madvise(mixed, 2 * huge, MADV_HUGEPAGE), "madvise");
	((volatile char *)mixed)[7 * page] = 1;
	must(!madvise(split, 2 * huge, MADV_HUGEPAGE), "madvise");
	((volatile char *)split)[11 * page] = 1;
	((volatile char *)split)[huge + 13 * page] = 1;
	must(!mprotect(split + huge, page, PROT_READ), "mprotect");
	must(!mprotect(split + huge, page, PROT_READ | PROT_WRITE), "mprotect");
	puts("READY");
	fflush(stdout);
	if (argc > 2)
		getchar();
	return 0;
}
