/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Does what it is told on stdin, one call a line, and answers with a line: it can be moved on
 * while pagewatch stands in a test point. Numbers are pages from BASE on.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BASE 0x200000000000ul
#define PAGES 2048ul

static char *page(unsigned long number)
{
	return (char *)(uintptr_t)(BASE + number * PAGE);
}

static int map(unsigned long first, unsigned long count)
{
	void *got = mmap(page(first), count * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return got != page(first) || madvise(got, count * PAGE, MADV_NOHUGEPAGE);
}

static int command(const char *word, unsigned long first, unsigned long count, unsigned long to)
{
	unsigned long i;

	if (!strcmp(word, "write")) {
		for (i = 0; i < count; i++)
			*(volatile char *)page(first + i) = 1;
		return 0;
	}
	if (!strcmp(word, "drop"))
		return madvise(page(first), count * PAGE, MADV_DONTNEED);
	if (!strcmp(word, "populate"))
		return madvise(page(first), count * PAGE, MADV_POPULATE_WRITE);
	if (!strcmp(word, "map"))
		return map(first, count);
	if (!strcmp(word, "move"))
		return mremap(page(first), count * PAGE, count * PAGE,
			      MREMAP_MAYMOVE | MREMAP_FIXED, page(to)) != page(to);
	return 1;
}

int main(void)
{
	unsigned long first, count, to;
	char line[128], word[16];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (map(0, PAGES))
		return 1;
	puts("READY");
	while (fgets(line, sizeof(line), stdin)) {
		to = 0;
		if (sscanf(line, "%15s %lu %lu %lu", word, &first, &count, &to) < 3)
			return 1;
		printf("DID %d\n", command(word, first, count, to));
	}
	return 0;
}
