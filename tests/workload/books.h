/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a test program knows of its own pages: it touches them through these
 * calls, which keep account by the kernel's rules and never ask the kernel.
 * Wrong use of them ends the program with status 99.
 */
#ifndef WORKLOAD_BOOKS_H
#define WORKLOAD_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { BIT_READ = 1, BIT_WRITE = 2 };

enum state { ABSENT, ZERO, ZERO_HUGE, ANON, ANON_HUGE, FILE_PAGE, SHMEM, SWAPPED, GUARD, STATES };

struct page {
	uint8_t state; /* enum state */
	uint8_t bits;  /* first touches of this life since READY */
	uint8_t early; /* first touches of this life before READY */
	bool cow;      /* shared with a fork child: the next write faults */
	bool before;   /* resident at READY, and its life goes on */
	bool huge;     /* filled by the fault of another page of a huge page */
};

struct book {
	char name[32];
	uint64_t start;
	size_t pages;
	struct page *page;
};

/* Touched pages of lives that ended, by the call that ended them. */
struct ended {
	char how[16];
	uint64_t now; /* touched since READY */
	uint64_t all; /* touched at all */
};

#define BOOKS_MAX 16
#define ENDED_MAX 8

struct books {
	struct book book[BOOKS_MAX];
	size_t count;
	struct ended ended[ENDED_MAX];
	size_t ended_count;
	struct page *pool;
	size_t pool_used;
	size_t pool_pages;
	size_t page_bytes;
	size_t pmd_bytes;   /* 0: no transparent huge pages */
	uint64_t faults;    /* taken by instructions, since READY */
	uint64_t populated; /* resolved by the kernel with no trap, since READY */
	int source;	    /* a file of zeros to read(2) from */
	bool ready;	    /* READY was said */
};

/* Every page of the books themselves is there from the start: keeping them never faults. */
void books__init(struct books *books, size_t pool_pages);
void books__ready(struct books *books);

/* A range of which nothing is there yet; it need not be mapped. */
struct book *books__add(struct books *books, const char *name, uint64_t start, size_t pages);
struct book *books__find(struct books *books, const char *name);

/* One JSON array of the books, each in runs of like pages. */
void books__print(const struct books *books, FILE *out);

/* Touch [first, first + count) and note it. */
void book_write(struct books *books, struct book *book, size_t first, size_t count);
void book_read(struct books *books, struct book *book, size_t first, size_t count);
/* read(2) into the pages: the kernel writes, so each is a touch by write. */
void book_read_call(struct books *books, struct book *book, size_t first, size_t count);

/* Notes alone, for threads and children that touch by hand; the rules are the same. */
void note_write(struct books *books, struct book *book, size_t first, size_t count);
void note_read(struct books *books, struct book *book, size_t first, size_t count);

/* MAP_POPULATE, mlock and the like on a private writable mapping. */
void note_populated(struct books *books, struct book *book, size_t first, size_t count);
/* The lives of the pages end. */
void note_ended(struct books *books, struct book *book, size_t first, size_t count,
		const char *how);
/* A fork: pages are shared from now on. */
void note_forked(struct book *book);
/* mremap: the pages of one book become those of another. */
void note_moved(struct book *from, size_t first, size_t count, struct book *to, size_t to_first);
void note_state(struct book *book, size_t first, size_t count, enum state state);

char *page_at(const struct books *books, const struct book *book, size_t index);

/* Ends the program (status 99) with the place and errno unless ok. */
void must(bool ok, const char *what);

#endif
