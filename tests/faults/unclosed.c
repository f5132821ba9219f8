/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A page in each of many chunks is written, then all of them are dropped by one call, which is
 * too much for the kernel side alone, and another page of each is written at once; so often.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define CHUNK (2ul << 20)
#define FIRST 0x200000000000ul

static void say_and_wait(const char *word)
{
	puts(word);
	fflush(stdout);
	getchar();
}

static void write_all(char *memory, long chunks, long page)
{
	long i;

	for (i = 0; i < chunks; i++)
		memory[(unsigned long)i * CHUNK + (unsigned long)page * 4096] = 1;
}

int main(int argc, char **argv)
{
	long chunks = argc > 1 ? atol(argv[1]) : 1, rounds = argc > 2 ? atol(argv[2]) : 1, i;
	size_t bytes = (size_t)chunks * CHUNK;
	char *memory = mmap((void *)FIRST, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
			    0);

	if (memory == MAP_FAILED)
		return 1;
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	say_and_wait("READY");
	for (i = 0; i < rounds; i++) {
		write_all(memory, chunks, i);
		madvise(memory, bytes, MADV_DONTNEED);
	}
	write_all(memory, chunks, rounds);
	say_and_wait("DONE");
	return 0;
}
