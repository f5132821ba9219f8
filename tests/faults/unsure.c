/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A call that fails, and may have dropped pages before it did: ten pages are read, an
 * MADV_REMOVE of private memory is refused, and the ten are written.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 10

char grid[1 << 20];

int main(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *first = grid + (page - (uintptr_t)grid % page) % page;
	volatile char *bytes = first;
	char sum = 0;
	int i, refused;

	for (i = 0; i < PAGES; i++)
		sum += bytes[i * page];
	refused = madvise(first, PAGES * page, MADV_REMOVE);
	for (i = 0; i < PAGES; i++)
		bytes[i * page] = (char)(sum + 1);
	return !refused;
}
