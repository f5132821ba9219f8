/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* 100,000 calls that the kernel refuses, over one page that was touched. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/mman.h>

#define BYTES (1ul << 20)

int main(void)
{
	char *block = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, done = 0;

	if (block == MAP_FAILED)
		return 1;
	block[0] = 1;
	for (i = 0; i < 100000; i++)
		done += !madvise(block, BYTES, MADV_REMOVE);
	return done;
}
