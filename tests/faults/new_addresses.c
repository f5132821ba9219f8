/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One page mapped, written and unmapped, at an address that was never used before, as often as
 * asked for. At the end 37 pages are written that stay. A chunk a page: never two live at a time.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#define CHUNK (2ul << 20)
#define FIRST 0x100000000000ul
#define KEPT 0x600000000000ul

static char *map(unsigned long address, size_t bytes)
{
	char *memory = mmap((void *)address, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (memory == MAP_FAILED)
		exit(1);
	return memory;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1, i;
	char *memory;

	for (i = 0; i < count; i++) {
		memory = map(FIRST + (unsigned long)i * CHUNK, 4096);
		memory[0] = 1;
		munmap(memory, 4096);
	}
	memory = map(KEPT, 64 * 4096);
	madvise(memory, 64 * 4096, MADV_NOHUGEPAGE);
	for (i = 0; i < 37; i++)
		memory[i * 4096] = 1;
	return 0;
}
