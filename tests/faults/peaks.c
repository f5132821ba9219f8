/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Has FIRST pages touched, releases them in the way that its argument names, then has SECOND pages
 * touched, which stay. All else that it needs is mapped before: a first round has one page of each,
 * and then all pages are locked. Prints ru_maxrss in pages.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIRST 4001ul /* primes, as the next two */
#define SECOND 2003ul
#define APART 5003ul
#define APART_BYTES (2ul << 20) /* one page of each chunk */

static unsigned long page_bytes;

static char *reserve(unsigned long bytes)
{
	char *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (got == MAP_FAILED || madvise(got, bytes, MADV_NOHUGEPAGE))
		abort();
	return got;
}

static void touch(char *start, unsigned long pages, unsigned long step)
{
	unsigned long i;

	for (i = 0; i < pages; i++)
		*(volatile char *)(start + i * step) = 1;
}

static char *touched(unsigned long pages)
{
	char *start = reserve(pages * page_bytes);

	touch(start, pages, page_bytes);
	return start;
}

/* Reads what the other thread writes, at the same time. */
static pthread_barrier_t barrier;
static char *shared;
static unsigned long shared_pages;

static void *read_shared(void *unused)
{
	unsigned long round, i;

	(void)unused;
	for (round = 0; round < 2; round++) {
		pthread_barrier_wait(&barrier);
		for (i = 0; i < shared_pages; i++)
			(void)*(volatile char *)(shared + i * page_bytes);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void two_threads(unsigned long pages)
{
	shared = reserve(pages * page_bytes);
	shared_pages = pages;
	pthread_barrier_wait(&barrier);
	touch(shared, pages, page_bytes);
	pthread_barrier_wait(&barrier);
	munmap(shared, pages * page_bytes);
}

static void begin_thread(void)
{
	pthread_t thread;

	if (pthread_barrier_init(&barrier, NULL, 2) ||
	    pthread_create(&thread, NULL, read_shared, NULL))
		abort();
}

static void moved(unsigned long pages, unsigned long second)
{
	char *start = touched(pages), *to = reserve(pages * page_bytes);

	start = mremap(start, pages * page_bytes, pages * page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		       to);
	touched(second);
	munmap(start, pages * page_bytes);
}

static void apart(unsigned long pages)
{
	char *start = reserve(pages * APART_BYTES);

	touch(start, pages, APART_BYTES);
	munmap(start, pages * APART_BYTES);
}

static void play(const char *how, unsigned long first, unsigned long second, unsigned long far)
{
	char *start = NULL;

	if (!strcmp(how, "threads")) {
		two_threads(first);
	} else if (!strcmp(how, "apart")) {
		apart(far);
	} else if (!strcmp(how, "moved")) {
		moved(first, second);
		return;
	} else {
		start = touched(first);
	}
	if (!strcmp(how, "munmap"))
		munmap(start, first * page_bytes);
	else if (!strcmp(how, "dontneed"))
		madvise(start, first * page_bytes, MADV_DONTNEED);
	else if (!strcmp(how, "refused"))
		munmap(start + 1, first * page_bytes);
	touched(second);
}

int main(int count, char **arguments)
{
	struct rusage usage;
	char line[64];
	int length;

	page_bytes = (unsigned long)sysconf(_SC_PAGESIZE);
	if (count < 2)
		return 2;
	if (!strcmp(arguments[1], "threads"))
		begin_thread();
	getrusage(RUSAGE_SELF, &usage);
	length = snprintf(line, sizeof(line), "%ld\n", usage.ru_maxrss);
	play(arguments[1], 1, 1, 1);
	if (mlockall(MCL_CURRENT) || munlockall())
		return 3;
	play(arguments[1], FIRST, SECOND, APART);
	getrusage(RUSAGE_SELF, &usage);
	length = snprintf(line, sizeof(line), "%ld\n", usage.ru_maxrss * 1024 / (long)page_bytes);
	return write(1, line, (size_t)length) != length;
}
