/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages of files and of shared memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "workload.h"

/* mm/memory.c: a read fault on a file maps its neighbours in the page cache as well. */
#define FAULT_AROUND_BYTES (64u << 10)

/* An unlinked file on disk with its pages clean and in the page cache. */
static int make_file(const struct workload *workload, size_t pages)
{
	char path[] = "/var/tmp/pagewatch-workload-XXXXXX";
	char *page = calloc(1, workload->books.page_bytes);
	int fd = mkostemp(path, O_CLOEXEC);
	size_t i;

	must(page && fd >= 0, path);
	unlink(path);
	for (i = 0; i < pages; i++)
		must(write(fd, page, workload->books.page_bytes) ==
			     (ssize_t)workload->books.page_bytes,
		     "write");
	must(!fsync(fd), "fsync");
	free(page);
	return fd;
}

static void map_file(const struct workload *workload, uint64_t start, size_t pages, int flags,
		     int fd)
{
	void *want = (void *)(uintptr_t)start;

	must(mmap(want, pages * workload->books.page_bytes, PROT_READ | PROT_WRITE,
		  flags | MAP_FIXED_NOREPLACE, fd, 0) == want,
	     "mmap of a file");
}

/* Reads one page: it is touched, and the absent ones around it are there without a touch. */
static void read_around(struct workload *workload, struct book *book, size_t index,
			enum state state)
{
	struct books *books = &workload->books;
	size_t window = FAULT_AROUND_BYTES / books->page_bytes;
	size_t first = index / window * window, i;

	(void)*(volatile char *)page_at(books, book, index);
	if (book->page[index].state != ABSENT)
		return;
	for (i = first; i < first + window && i < book->pages; i++) {
		if (book->page[i].state == ABSENT)
			book->page[i].state = (uint8_t)state;
	}
	book->page[index].bits |= BIT_READ;
	books->faults++;
}

/* A write to shared memory: one page, there or not. */
static void write_shared(struct workload *workload, struct book *book, size_t first, size_t count)
{
	size_t i;

	for (i = first; i < first + count; i++) {
		*(volatile char *)page_at(&workload->books, book, i) = 1;
		if (book->page[i].state != ABSENT)
			continue;
		book->page[i].state = SHMEM;
		book->page[i].bits |= BIT_WRITE;
		workload->books.faults++;
	}
}

static void early_private_file(struct workload *workload)
{
	int fd = make_file(workload, 89);

	map_file(workload, SLOT(0), 89, MAP_PRIVATE, fd);
	close(fd);
	books__add(&workload->books, "text", SLOT(0), 89);
}

static void run_private_file(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = books__find(books, "text");

	read_around(workload, book, 20, FILE_PAGE);
	read_around(workload, book, 83, FILE_PAGE);
	/* A write to an absent page reads it in and copies it: anonymous from the first moment. */
	book_write(books, book, 37, 5);
	/* A page that was mapped for its neighbour's sake is copied as well. */
	book_write(books, book, 21, 1);
	book_write(books, book, 20, 1);
}

static void run_shared_anon(struct workload *workload)
{
	struct book *book;

	map_file(workload, SLOT(0), 97, MAP_SHARED | MAP_ANONYMOUS, -1);
	book = books__add(&workload->books, "between", SLOT(0), 97);
	write_shared(workload, book, 7, 31);
	write_shared(workload, book, 83, 2);
}

static void run_memfd(struct workload *workload)
{
	struct book *book;
	int fd = memfd_create("pagewatch-workload", MFD_CLOEXEC);

	must(fd >= 0 && !ftruncate(fd, (off_t)(97 * workload->books.page_bytes)), "memfd");
	map_file(workload, SLOT(0), 97, MAP_SHARED, fd);
	close(fd);
	book = books__add(&workload->books, "memfd", SLOT(0), 97);
	write_shared(workload, book, 0, 41);
	write_shared(workload, book, 61, 3);
}

/* System V: the pages outlive the mapping, the touches do not. */
static void run_sysv(struct workload *workload)
{
	struct books *books = &workload->books;
	void *want = (void *)(uintptr_t)SLOT(0);
	struct book *book;
	int id = shmget(IPC_PRIVATE, 53 * books->page_bytes, IPC_CREAT | 0600);

	must(id >= 0, "shmget");
	must(shmat(id, want, 0) == want, "shmat");
	must(!shmctl(id, IPC_RMID, NULL), "shmctl");
	book = books__add(books, "sysv", SLOT(0), 53);
	write_shared(workload, book, 3, 19);
	/* SHM_REMAP puts the same pages over themselves: mapped anew, untouched. */
	must(shmat(id, want, SHM_REMAP) == want, "shmat");
	note_ended(books, book, 0, 53, "shmat");
	write_shared(workload, book, 37, 5);
	must(!shmdt(want), "shmdt");
	note_ended(books, book, 0, 53, "shmdt");
}

/* clang-format off */
const struct scenario file_scenarios[] = {
	{ "private_file", "a private file mapping, read and written", early_private_file,
	  run_private_file, 0, { { "text", SLOT(0), 89, 0, 0 } } },
	{ "shared_anon", "shared anonymous memory", NULL, run_shared_anon, 0,
	  { { "between", SLOT(0), 97, 0, 0 } } },
	{ "memfd", "a memfd, shared", NULL, run_memfd, 0, { { "memfd", SLOT(0), 97, 0, 0 } } },
	{ "sysv", "shmat over itself, then shmdt", NULL, run_sysv, 0,
	  { { "sysv", SLOT(0), 53, 0, 0 } } },
	{ 0 },
};
/* clang-format on */
