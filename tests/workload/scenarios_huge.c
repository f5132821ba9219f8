/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Huge pages: transparent ones, and those of the pool (hugetlb). */
#include <stdio.h>
#include <sys/mman.h>

#include "workload.h"

/* kB of huge pages in the mapping at address, or -1. */
static long huge_kilobytes(uint64_t address)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	unsigned long long start = 0, end;
	long kilobytes, found = -1;
	char line[512];

	must(smaps, "/proc/self/smaps");
	while (fgets(line, sizeof(line), smaps)) {
		unsigned long long from;

		if (sscanf(line, "%llx-%llx ", &from, &end) == 2)
			start = from;
		else if (start == address && sscanf(line, "AnonHugePages: %ld", &kilobytes) == 1)
			found = kilobytes;
	}
	fclose(smaps);
	return found;
}

/* A fault in block: page index gets the bit, all of the block the state. */
static void touch_block(struct workload *workload, struct book *book, size_t block, size_t index,
			uint8_t bit, enum state state)
{
	struct books *books = &workload->books;
	size_t per_block = books->pmd_bytes / books->page_bytes, i;
	volatile char *byte = page_at(books, book, block * per_block + index);
	struct page *page = &book->page[block * per_block];

	if (bit == BIT_WRITE)
		*byte = 1;
	else
		(void)*byte;
	for (i = 0; i < per_block; i++) {
		page[i].state = (uint8_t)state;
		page[i].huge = state == ANON_HUGE;
	}
	if (books->ready)
		page[index].bits |= bit;
	else
		page[index].early |= bit;
	books->faults++;
}

/* Older kernels (6.1) split the huge zero page at a write: one page is copied, the rest is zero. */
static void note_split(struct workload *workload, struct book *book, size_t block, size_t index)
{
	const size_t per_block = workload->books.pmd_bytes / workload->books.page_bytes;
	size_t i;

	for (i = block * per_block; i < (block + 1) * per_block; i++)
		book->page[i].huge = false;
	note_state(book, block * per_block, per_block, ZERO);
	note_state(book, block * per_block + index, 1, ANON);
}

static void run_thp(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book;
	long blocks;

	if (!books->pmd_bytes) {
		snprintf(workload->skip, sizeof(workload->skip), "no transparent huge pages");
		return;
	}
	book = map_book(workload, "huge", SLOT(0), 5 * (books->pmd_bytes / books->page_bytes));
	must(!madvise(page_at(books, book, 0), 5 * books->pmd_bytes, MADV_HUGEPAGE), "madvise");
	touch_block(workload, book, 0, 23, BIT_WRITE, ANON_HUGE);
	touch_block(workload, book, 1, 29, BIT_READ, ZERO_HUGE);
	touch_block(workload, book, 2, 31, BIT_READ, ZERO_HUGE);
	touch_block(workload, book, 2, 37, BIT_WRITE, ANON_HUGE);
	blocks = huge_kilobytes(SLOT(0)) / (long)(books->pmd_bytes >> 10);
	if (blocks == 1)
		note_split(workload, book, 2, 37);
	touch_block(workload, book, 4, 41, BIT_WRITE, ANON_HUGE);
	if (!blocks || huge_kilobytes(SLOT(0)) != (blocks + 1) * (long)(books->pmd_bytes >> 10))
		snprintf(workload->skip, sizeof(workload->skip),
			 "the kernel gave no huge pages (never, or memory is fragmented)");
}

#define POOL_BLOCKS 5

static void early_hugetlb(struct workload *workload)
{
	struct books *books = &workload->books;
	const size_t bytes = POOL_BLOCKS * books->pmd_bytes;
	void *want = (void *)SLOT(0);
	struct book *book;

	if (!bytes ||
	    mmap(want, bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_HUGETLB, -1, 0) != want) {
		snprintf(workload->skip, sizeof(workload->skip), "no huge pages in the pool");
		return;
	}
	book = books__add(books, "pool", SLOT(0), bytes / books->page_bytes);
	touch_block(workload, book, 0, 17, BIT_WRITE, ANON_HUGE);
	touch_block(workload, book, 4, 19, BIT_WRITE, ANON_HUGE);
}

/* Nobody shares a page of the pool that was only read, and it is no zero page. */
static void run_hugetlb(struct workload *workload)
{
	struct books *books = &workload->books;
	const size_t per_block = books->pmd_bytes / books->page_bytes;
	struct book *book;

	if (*workload->skip)
		return;
	book = books__find(books, "pool");
	touch_block(workload, book, 1, 23, BIT_WRITE, ANON_HUGE);
	touch_block(workload, book, 2, 29, BIT_READ, ANON_HUGE);
	touch_block(workload, book, 2, 31, BIT_WRITE, ANON_HUGE);
	must(!madvise(page_at(books, book, 0), 2 * books->pmd_bytes, MADV_DONTNEED), "madvise");
	note_ended(books, book, 0, 2 * per_block, "dontneed");
	touch_block(workload, book, 1, 37, BIT_READ, ANON_HUGE);
}

/* clang-format off */
const struct scenario huge_scenarios[] = {
	{ "thp", "one write, one read, both: huge pages", NULL, run_thp, NEEDS_THP | NOT_ONE_THREAD,
	  { { "huge", SLOT(0), 1024, 0, 0 } } },
	{ "hugetlb", "huge pages of the pool", early_hugetlb, run_hugetlb, NEEDS_HUGETLB,
	  { { "pool", SLOT(0), 2560, 0, 0 }, { "inner", SLOT(0), 1031, 16, 0 } } },
	{ 0 },
};
/* clang-format on */
