/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Threads that drop and write pages of their own, all in the same few chunks: a chunk ends under
 * one while another touches it. Each page is written ROUNDS + 1 times, and dropped but once less.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define CHUNK (2ul << 20)
#define CHUNKS 3
#define FIRST 0x200000000000ul
#define THREADS 4

static long rounds;

static void *play(void *argument)
{
	unsigned long page = (unsigned long)argument;
	long i;

	for (i = 0; i <= rounds; i++) {
		char *memory = (char *)(FIRST + (unsigned long)i % CHUNKS * CHUNK + page * 4096);

		if (i >= CHUNKS)
			madvise(memory, 4096, MADV_DONTNEED);
		memory[0] = 1;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	char *memory = mmap((void *)FIRST, CHUNKS * CHUNK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	unsigned long i;

	if (memory == MAP_FAILED)
		return 1;
	madvise(memory, CHUNKS * CHUNK, MADV_NOHUGEPAGE);
	rounds = argc > 1 ? atol(argv[1]) : 1;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, play, (void *)(i * 37)))
			return 1;
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
