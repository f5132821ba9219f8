/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages that go to swap space and come back. */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "workload.h"

/*
 * MADV_PAGEOUT leaves out what still waits in another CPU's list of new pages
 * (mm/madvise.c drains its own CPU's alone).
 */
static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	must(!sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity");
}

static bool has_swap(struct workload *workload)
{
	struct sysinfo info;

	must(!sysinfo(&info), "sysinfo");
	if (!info.freeswap)
		snprintf(workload->skip, sizeof(workload->skip), "no swap space");
	return info.freeswap;
}

static void swap_out(struct workload *workload, struct book *book, size_t first, size_t count)
{
	struct books *books = &workload->books;
	size_t i;

	must(!madvise(page_at(books, book, first), count * books->page_bytes, MADV_PAGEOUT),
	     "MADV_PAGEOUT");
	for (i = first; i < first + count; i++) {
		if (book->page[i].state == ANON)
			note_state(book, i, 1, SWAPPED);
	}
}

static void early_swapped(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book;

	if (!has_swap(workload))
		return;
	stay_on_this_cpu();
	book = map_book(workload, "old", SLOT(0), 1009);
	book_write(books, book, 0, 601);
	book_read(books, book, 601, 101);
	swap_out(workload, book, 103, 97);
}

static void run_swapped(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *old, *new;

	if (!has_swap(workload))
		return;
	old = books__find(books, "old");
	new = map_book(workload, "new", SLOT(1), 499);
	/* What was swapped out before READY, and beyond. */
	book_write(books, old, 197, 13);
	book_read(books, old, 110, 11);
	/* What was resident then; the zero pages stay. */
	swap_out(workload, old, 300, 367);
	book_write(books, old, 350, 3);
	book_read_call(books, old, 401, 7);
	must(!madvise(page_at(books, old, 450), 29 * books->page_bytes, MADV_DONTNEED), "madvise");
	note_ended(books, old, 450, 29, "dontneed");
	book_read(books, old, 460, 5);
	/* What was touched under the watch. */
	book_read(books, new, 3, 101);
	book_write(books, new, 53, 211);
	swap_out(workload, new, 0, 499);
	book_read(books, new, 60, 17);
	book_write(books, new, 90, 2);
}

/* clang-format off */
const struct scenario swap_scenarios[] = {
	{ "swapped", "swapped out, and some of it touched again", early_swapped, run_swapped,
	  NEEDS_SWAP, { { "old", SLOT(0), 1009, 0, 0 }, { "new", SLOT(1), 499, 16, 0 } } },
	{ 0 },
};
/* clang-format on */
