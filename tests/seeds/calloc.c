/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* calloc() against malloc() and memset(): what each commits, and when. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pagewatch.h"

/* 32.9 MiB: above each threshold of malloc, whatever was freed before. */
enum { PAGES = 8419, WRITES = 101 };

/* Called through this, memset stays a call: gcc -O2 would make one calloc() of the two. */
static void *(*volatile clear)(void *, int, size_t) = memset;

static void at(const char *name)
{
	if (pagewatch_checkpoint(name) != 1) {
		fprintf(stderr, "no watcher at checkpoint '%s'\n", name);
		exit(1);
	}
}

static void number(const char *name, long value)
{
	FILE *file = fopen(getenv("SEED_NUMBERS"), "a");

	if (!file || fprintf(file, "[\"%s\", %ld]\n", name, value) < 0 || fclose(file))
		exit(1);
}

static unsigned char *named(const char *name, void *block, size_t bytes)
{
	if (!block || pagewatch_mark(name, block, bytes))
		exit(1);
	return block;
}

static __attribute__((noipa)) void *malloc_and_memset(size_t bytes)
{
	void *block = malloc(bytes);

	return block ? memset(block, 0, bytes) : NULL;
}

static long count_nonzero(const unsigned char *block, size_t bytes)
{
	long count = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		count += block[i] != 0;
	return count;
}

/* Page faults of writing all of a block, in each of which the kernel hands over a cleared page. */
static long faults_of_writing(void *block, size_t bytes, int value)
{
	struct rusage before, after;

	if (!block || getrusage(RUSAGE_SELF, &before))
		exit(1);
	clear(block, value, bytes);
	if (getrusage(RUSAGE_SELF, &after))
		exit(1);
	return after.ru_minflt - before.ru_minflt;
}

int main(void)
{
	size_t page = sysconf(_SC_PAGESIZE), bytes = PAGES * page, i;
	unsigned char *calloced, *written, *malloced;
	long sum = 0;

	/* Once before, for the page faults of the code on its way. */
	faults_of_writing(malloc(bytes), bytes, 0);
	number("faults_of_memset_after_malloc", faults_of_writing(malloc(bytes), bytes, 0));
	number("faults_of_writing_after_calloc", faults_of_writing(calloc(1, bytes), bytes, 1));

	calloced = named("calloced", calloc(1, bytes), bytes);
	written = named("written", calloc(1, bytes), bytes);
	malloced = named("malloced", malloc(bytes), bytes);
	named("merged", malloc_and_memset(bytes), bytes);
	at("made");
	/* Each in a page of its own, 83 pages from the next. */
	for (i = 1; i <= WRITES; i++)
		written[i * 83 * page] = 1;
	at("written");
	sum = count_nonzero(calloced, bytes);
	number("bytes_of_new_malloc_not_zero", count_nonzero(malloced, bytes));
	at("read");
	clear(malloced, 0, bytes);
	at("cleared");
	return sum != 0;
}
