/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Ways in which pages come: by instructions, by system calls, by the kernel itself. */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

static void run_write(struct workload *workload)
{
	struct book *book = map_book(workload, "w", SLOT(0), 1009);

	book_write(&workload->books, book, 0, 1);
	book_write(&workload->books, book, 17, 523);
	book_write(&workload->books, book, 1008, 1);
	/* What is there does not fault again. */
	book_write(&workload->books, book, 17, 523);
	book_read(&workload->books, book, 0, 1);
}

static void run_read_write(struct workload *workload)
{
	struct book *book = map_book(workload, "rw", SLOT(0), 1009);

	book_read(&workload->books, book, 3, 601);
	book_write(&workload->books, book, 101, 307);
	book_write(&workload->books, book, 701, 11);
	book_read(&workload->books, book, 701, 13);
}

static void run_read_only(struct workload *workload)
{
	struct book *book = map_book(workload, "r", SLOT(0), 1013);

	book_read(&workload->books, book, 211, 509);
}

static void run_read_call(struct workload *workload)
{
	struct book *book = map_book(workload, "buffer", SLOT(0), 1009);

	book_read(&workload->books, book, 400, 7);
	book_read_call(&workload->books, book, 401, 127);
}

static void run_populate(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book;

	map_fixed(workload, SLOT(0), 499, MAP_POPULATE);
	book = books__add(books, "p", SLOT(0), 499);
	note_populated(books, book, 0, 499);
	book_write(books, book, 0, 499);
	must(!madvise(page_at(books, book, 103), 53 * books->page_bytes, MADV_DONTNEED), "madvise");
	note_ended(books, book, 103, 53, "dontneed");
	book_write(books, book, 107, 13);
}

static void run_mlock(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "locked", SLOT(0), 211);

	book_read(books, book, 5, 31);
	book_write(books, book, 97, 7);
	must(!mlock(page_at(books, book, 0), 199 * books->page_bytes), "mlock");
	note_populated(books, book, 0, 199);
	book_write(books, book, 0, 211);
}

static void early_before(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "old", SLOT(0), 1021);

	book_write(books, book, 0, 307);
	book_read(books, book, 401, 101);
}

/* What was there at READY, some of it touched again, some of it ended. */
static void run_before(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = books__find(books, "old");

	book_write(books, book, 293, 23);
	book_write(books, book, 409, 11);
	must(!madvise(page_at(books, book, 100), 41 * books->page_bytes, MADV_DONTNEED), "madvise");
	note_ended(books, book, 100, 41, "dontneed");
	book_write(books, book, 131, 5);
}

/* One array over two mappings (mprotect parts them) and a hole. */
static void run_two_vmas(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "split", SLOT(0), 1019);

	book_write(books, book, 500, 29);
	must(!mprotect(page_at(books, book, 0), 509 * books->page_bytes, PROT_READ), "mprotect");
	book_read(books, book, 480, 31);
	must(!munmap(page_at(books, book, 701), 19 * books->page_bytes), "munmap");
	note_ended(books, book, 701, 19, "munmap");
	book_write(books, book, 699, 2);
	book_write(books, book, 720, 3);
}

static void run_madv_free(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "freed", SLOT(0), 211);

	book_write(books, book, 0, 101);
	must(!madvise(page_at(books, book, 7), 53 * books->page_bytes, MADV_FREE), "madvise");
	book_write(books, book, 11, 19);
}

#define THREADS 8

struct toucher {
	const struct workload *workload;
	const struct book *book;
	pthread_barrier_t *start;
	size_t number;
};

static void *touch_interleaved(void *ctx)
{
	const struct toucher *toucher = ctx;
	size_t i;

	pthread_barrier_wait(toucher->start);
	for (i = toucher->number; i < toucher->book->pages; i += THREADS) {
		volatile char *byte = page_at(&toucher->workload->books, toucher->book, i);

		if (toucher->number % 2)
			(void)*byte;
		else
			*byte = 1;
	}
	return NULL;
}

static void run_threads(struct workload *workload)
{
	struct book *book = map_book(workload, "shared", SLOT(0), 4099);
	struct toucher touchers[THREADS];
	pthread_t threads[THREADS];
	pthread_barrier_t start;
	size_t i;

	pthread_barrier_init(&start, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		touchers[i] = (struct toucher){ workload, book, &start, i };
		must(!pthread_create(&threads[i], NULL, touch_interleaved, &touchers[i]), "thread");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	for (i = 0; i < book->pages; i++) {
		if (i % THREADS % 2)
			note_read(&workload->books, book, i, 1);
		else
			note_write(&workload->books, book, i, 1);
	}
}

/* clang-format off */
const struct scenario touch_scenarios[] = {
	{ "write", "writes, some twice", NULL, run_write, 0,
	  { { "w", SLOT(0), 1009, 0, 0 }, { "inner", SLOT(0), 541, 16, 100 } } },
	{ "read_write", "reads, then writes", NULL, run_read_write, 0,
	  { { "rw", SLOT(0), 1009, 16, 0 } } },
	{ "read_only", "reads alone", NULL, run_read_only, 0, { { "r", SLOT(0), 1013, 0, 0 } } },
	{ "read_call", "read(2) into the buffer", NULL, run_read_call, 0,
	  { { "buffer", SLOT(0), 1009, 0, 0 } } },
	{ "populate", "MAP_POPULATE, then writes", NULL, run_populate, 0,
	  { { "p", SLOT(0), 499, 0, 0 } } },
	{ "mlock", "mlock over touched and untouched pages", NULL, run_mlock, 0,
	  { { "locked", SLOT(0), 211, 0, 0 } } },
	{ "before", "pages from before the attach", early_before, run_before, 0,
	  { { "old", SLOT(0), 1021, 0, 0 } } },
	{ "two_vmas", "one array over several mappings and a hole", NULL, run_two_vmas, 0,
	  { { "split", SLOT(0), 1019, 16, 0 } } },
	{ "madv_free", "MADV_FREE and writes again", NULL, run_madv_free, 0,
	  { { "freed", SLOT(0), 211, 0, 0 } } },
	{ "threads", "8 threads interleaved", NULL, run_threads, NOT_ONE_THREAD,
	  { { "shared", SLOT(0), 4099, 0, 0 } } },
	{ 0 },
};
/* clang-format on */
