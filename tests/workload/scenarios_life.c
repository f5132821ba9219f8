/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Ways in which the life of an address ends, moves, or only seems to end. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/* asm-generic/mman-common.h, v6.13 (662df3e5c376): newer than Debian 12's libc headers. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
/* include/uapi/linux/mman.h, v5.7 (e346b3813067) */
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
/* v6.10 (ff388fe5c481), the same number on every architecture */
#ifndef __NR_mseal
#define __NR_mseal 462
#endif

static void drop(struct workload *workload, struct book *book, size_t first, size_t count)
{
	struct books *books = &workload->books;

	must(!madvise(page_at(books, book, first), count * books->page_bytes, MADV_DONTNEED),
	     "MADV_DONTNEED");
	note_ended(books, book, first, count, "dontneed");
}

static void run_dontneed(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "d", SLOT(0), 2003);

	book_write(books, book, 0, 701);
	drop(workload, book, 211, 311);
	book_write(books, book, 223, 97);
	book_read(books, book, 401, 5);
	drop(workload, book, 600, 1000);
	book_read(books, book, 1201, 3);
}

static void run_reuse(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "again", SLOT(0), 503);

	book_write(books, book, 0, 211);
	must(!munmap(page_at(books, book, 0), 503 * books->page_bytes), "munmap");
	note_ended(books, book, 0, 503, "munmap");
	map_fixed(workload, SLOT(0), 499, 0);
	book_read(books, book, 101, 89);
	/* And once more, by MAP_FIXED over what is there. */
	must(mmap(page_at(books, book, 150), 101 * books->page_bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page_at(books, book, 150),
	     "mmap");
	note_ended(books, book, 150, 101, "mmap");
	book_write(books, book, 151, 13);
}

static void run_mremap_move(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *from = map_book(workload, "from", SLOT(0), 307);
	struct book *to;

	book_write(books, from, 3, 101);
	book_read(books, from, 151, 50);
	to = books__add(books, "to", SLOT(1), 401);
	must(mremap(page_at(books, from, 0), 307 * books->page_bytes, 401 * books->page_bytes,
		    MREMAP_MAYMOVE | MREMAP_FIXED, page_at(books, to, 0)) == page_at(books, to, 0),
	     "mremap");
	note_moved(from, 0, 307, to, 0);
	book_write(books, to, 103, 7);
	book_write(books, to, 311, 17);
}

static void run_mremap_resize(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "resized", SLOT(0), 211);

	/* Room to grow in is free: nothing lies behind. */
	book->pages = 211;
	book_write(books, book, 101, 110);
	must(mremap(page_at(books, book, 0), 211 * books->page_bytes, 421 * books->page_bytes, 0) ==
		     page_at(books, book, 0),
	     "mremap");
	books->pool_used += 210;
	book->pages = 421;
	book_write(books, book, 307, 31);
	book_read(books, book, 367, 11);
	must(mremap(page_at(books, book, 0), 421 * books->page_bytes, 317 * books->page_bytes, 0) ==
		     page_at(books, book, 0),
	     "mremap");
	note_ended(books, book, 317, 104, "mremap");
}

static void run_mremap_dontunmap(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *from = map_book(workload, "from", SLOT(0), 307);
	struct book *to = books__add(books, "to", SLOT(1), 307);

	book_write(books, from, 5, 101);
	must(mremap(page_at(books, from, 0), 307 * books->page_bytes, 307 * books->page_bytes,
		    MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
		    page_at(books, to, 0)) == page_at(books, to, 0),
	     "mremap");
	note_moved(from, 0, 307, to, 0);
	book_write(books, from, 89, 13);
	book_read(books, to, 201, 3);
}

/* Where the heap will lie nobody knows before: its book is compared page by page. */
static void early_brk(struct workload *workload)
{
	size_t page_bytes = workload->books.page_bytes;
	uintptr_t top = (uintptr_t)sbrk(0);
	uintptr_t start = (top + page_bytes - 1) / page_bytes * page_bytes;

	must(sbrk((intptr_t)(start - top)) != (void *)-1, "sbrk");
	books__add(&workload->books, "break", start, 257);
}

static void run_brk(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = books__find(books, "break");
	intptr_t page_bytes = (intptr_t)books->page_bytes;

	must(sbrk(257 * page_bytes) != (void *)-1, "sbrk");
	book_write(books, book, 83, 131);
	book_read(books, book, 229, 17);
	must(sbrk(-101 * page_bytes) != (void *)-1, "sbrk");
	note_ended(books, book, 156, 101, "brk");
	must(sbrk(101 * page_bytes) != (void *)-1, "sbrk");
	book_write(books, book, 199, 3);
}

#define SHORT_LIVED 10000

static void run_short_lived(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "long", SLOT(0), 101);
	struct book *brief = books__add(books, "brief", SLOT(1), 5);
	size_t i;

	book_write(books, book, 0, 37);
	for (i = 0; i < SHORT_LIVED; i++) {
		map_fixed(workload, SLOT(1), 5, 0);
		book_write(books, brief, i % 3, 2);
		book_read(books, brief, 4, 1);
		must(!munmap(page_at(books, brief, 0), 5 * books->page_bytes), "munmap");
		note_ended(books, brief, 0, 5, "munmap");
	}
	book_write(books, book, 61, 7);
}

static void run_guard(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "guarded", SLOT(0), 211);

	book_write(books, book, 29, 61);
	if (madvise(page_at(books, book, 31), 13 * books->page_bytes, MADV_GUARD_INSTALL)) {
		snprintf(workload->skip, sizeof(workload->skip), "no MADV_GUARD_INSTALL (v6.13)");
		return;
	}
	note_ended(books, book, 31, 13, "guard");
	note_state(book, 31, 13, GUARD);
	book_write(books, book, 101, 2);
}

/* Calls that fail, and leave pages and their touches as they were. */
static void run_failing(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "kept", SLOT(0), 503);
	size_t page_bytes = books->page_bytes;

	book_write(books, book, 0, 101);
	book_read(books, book, 211, 53);
	must(munmap(page_at(books, book, 0) + 1, page_bytes) && errno == EINVAL, "munmap fails");
	must(!mlock(page_at(books, book, 0), 31 * page_bytes), "mlock");
	note_populated(books, book, 0, 31);
	must(madvise(page_at(books, book, 7), 11 * page_bytes, MADV_DONTNEED) && errno == EINVAL,
	     "MADV_DONTNEED of locked pages fails");
	/* Over a hole it returns ENOMEM and has dropped the pages all the same. */
	must(!munmap(page_at(books, book, 311), 2 * page_bytes), "munmap");
	note_ended(books, book, 311, 2, "munmap");
	book_write(books, book, 293, 18);
	must(madvise(page_at(books, book, 301), 23 * page_bytes, MADV_DONTNEED) && errno == ENOMEM,
	     "MADV_DONTNEED over a hole");
	note_ended(books, book, 301, 23, "dontneed");
	book_write(books, book, 307, 2);
}

/*
 * MADV_DONTNEED over a hole and up to a locked page. What it dropped and what it left are then
 * touched in the same ways: a page that was only read, or shared with a child, faults again too.
 */
static void run_refused(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "refused", SLOT(0), 307);
	size_t page_bytes = books->page_bytes;
	pid_t child;
	int status;

	book_read(books, book, 0, 53);
	book_write(books, book, 53, 101);
	book_read(books, book, 199, 53);
	must(!munmap(page_at(books, book, 29), 3 * page_bytes), "munmap");
	note_ended(books, book, 29, 3, "munmap");
	must(!mlock(page_at(books, book, 103), 2 * page_bytes), "mlock");
	child = fork();
	must(child >= 0, "fork");
	if (!child)
		_exit(0);
	must(waitpid(child, &status, 0) == child && !status, "the child");
	note_forked(book);
	must(madvise(page_at(books, book, 0), 307 * page_bytes, MADV_DONTNEED) && errno == EINVAL,
	     "MADV_DONTNEED up to a locked page");
	note_ended(books, book, 0, 103, "dontneed");
	book_read(books, book, 3, 5);
	book_write(books, book, 11, 7);
	book_write(books, book, 61, 13);
	book_write(books, book, 109, 17);
	book_write(books, book, 211, 19);
}

/* A sealed mapping refuses munmap, MAP_FIXED and mremap. */
static void run_sealed(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "sealed", SLOT(0), 211);
	char *start = page_at(books, book, 0);
	size_t page_bytes = books->page_bytes;

	book_write(books, book, 3, 101);
	book_read(books, book, 151, 7);
	if (syscall(__NR_mseal, start, 211 * page_bytes, 0)) {
		snprintf(workload->skip, sizeof(workload->skip), "no mseal (v6.10)");
		return;
	}
	must(munmap(start, 211 * page_bytes) && errno == EPERM, "munmap fails");
	must(mmap(start, 53 * page_bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED &&
		     errno == EPERM,
	     "mmap fails");
	must(mremap(start, 211 * page_bytes, 307 * page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		    (void *)(uintptr_t)SLOT(1)) == MAP_FAILED &&
		     errno == EPERM,
	     "mremap fails");
	book_write(books, book, 157, 2);
}

static void run_process_madvise(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "remote", SLOT(0), 307);
	struct iovec range[2];
	long dropped;
	int pidfd;

	book_write(books, book, 0, 211);
	range[0] = (struct iovec){ page_at(books, book, 11), 31 * books->page_bytes };
	range[1] = (struct iovec){ page_at(books, book, 101), 53 * books->page_bytes };
	pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	must(pidfd >= 0, "pidfd_open");
	dropped = syscall(SYS_process_madvise, pidfd, range, 2, MADV_DONTNEED, 0);
	close(pidfd);
	if (dropped < 0) {
		snprintf(workload->skip, sizeof(workload->skip),
			 "no MADV_DONTNEED by process_madvise (v6.13)");
		return;
	}
	must(dropped == (long)(range[0].iov_len + range[1].iov_len), "process_madvise");
	note_ended(books, book, 11, 31, "dontneed");
	note_ended(books, book, 101, 53, "dontneed");
	book_write(books, book, 103, 17);
}

/* clang-format off */
const struct scenario life_scenarios[] = {
	{ "dontneed", "MADV_DONTNEED and touches again", NULL, run_dontneed, 0,
	  { { "d", SLOT(0), 2003, 0, 0 } } },
	{ "reuse", "munmap and MAP_FIXED, new arrays at the old address", NULL, run_reuse, 0,
	  { { "again", SLOT(0), 503, 0, 0 } } },
	{ "mremap_move", "mremap to another address, larger", NULL, run_mremap_move, 0,
	  { { "from", SLOT(0), 307, 0, 0 }, { "to", SLOT(1), 401, 0, 0 } } },
	{ "mremap_resize", "mremap in place, up and down", NULL, run_mremap_resize, 0,
	  { { "resized", SLOT(0), 421, 0, 0 } } },
	{ "mremap_dontunmap", "mremap that leaves the old mapping, empty", NULL,
	  run_mremap_dontunmap, 0, { { "from", SLOT(0), 307, 0, 0 }, { "to", SLOT(1), 307, 0, 0 } } },
	{ "brk", "the heap up, down and up", early_brk, run_brk, 0, { { 0 } } },
	{ "short_lived", "10,000 short-lived mappings", NULL, run_short_lived, 0,
	  { { "long", SLOT(0), 101, 0, 0 }, { "brief", SLOT(1), 5, 0, 0 } } },
	{ "guard", "MADV_GUARD_INSTALL", NULL, run_guard, 0, { { "guarded", SLOT(0), 211, 0, 0 } } },
	{ "failing", "calls that fail, wholly or half", NULL, run_failing, 0,
	  { { "kept", SLOT(0), 503, 0, 0 } } },
	{ "refused", "MADV_DONTNEED that a locked page stops half way", NULL, run_refused,
	  NOT_ONE_THREAD, { { "refused", SLOT(0), 307, 0, 0 } } },
	{ "sealed", "munmap, mmap and mremap refused by mseal", NULL, run_sealed, 0,
	  { { "sealed", SLOT(0), 211, 0, 0 } } },
	{ "process_madvise", "MADV_DONTNEED by process_madvise, two ranges", NULL,
	  run_process_madvise, 0, { { "remote", SLOT(0), 307, 0, 0 } } },
	{ 0 },
};
/* clang-format on */
