/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* fork, vfork, exec and sudden ends. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/*
 * The child touches, tells so by a byte, and lives until its parent has ended:
 * then the pipe is at its end.
 */
static void play_child(struct workload *workload, struct book *book, int done, int until)
{
	char byte = 1;
	size_t i;

	for (i = 0; i < 53; i++)
		*(volatile char *)page_at(&workload->books, book, 29 + i) = 2;
	for (i = 0; i < 29; i++)
		*(volatile char *)page_at(&workload->books, book, 211 + i) = 2;
	for (i = 0; i < 11; i++)
		(void)*(volatile char *)page_at(&workload->books, book, 251 + i);
	if (write(done, &byte, 1) != 1)
		_exit(1);
	while (read(until, &byte, 1) > 0)
		;
	_exit(0);
}

/* The books of the child: what it had from its parent is "before" in every run. */
static void note_child(struct workload *workload, const struct book *parent)
{
	struct books *books = &workload->books;
	struct book *child = books__add(books, "child.forked", parent->start, parent->pages);
	uint64_t faults = books->faults;
	size_t i;

	for (i = 0; i < parent->pages; i++) {
		child->page[i] = parent->page[i];
		child->page[i].before = child->page[i].state == ANON;
		child->page[i].bits = 0;
		child->page[i].early = 0;
	}
	note_write(books, child, 29, 53);
	note_write(books, child, 211, 29);
	note_read(books, child, 251, 11);
	books->faults = faults;
}

static void run_fork(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "forked", SLOT(0), 307);
	int done[2], until[2];
	char byte;

	book_write(books, book, 0, 101);
	book_read(books, book, 151, 7);
	must(!pipe(done) && !pipe(until), "pipe");
	note_forked(book);
	workload->child = fork();
	must(workload->child >= 0, "fork");
	if (!workload->child) {
		close(until[1]);
		play_child(workload, book, done[1], until[0]);
	}
	must(read(done[0], &byte, 1) == 1, "the child");
	note_child(workload, book);
	/* One page the child has copied, one that is still shared, one that never was. */
	book_write(books, book, 31, 17);
	book_write(books, book, 97, 3);
	book_write(books, book, 151, 5);
	book_write(books, book, 281, 2);
}

/* A vfork child shares the address space: what it touches is touched here. */
static void run_vfork(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "lent", SLOT(0), 211);
	volatile char *byte = page_at(books, book, 41);
	pid_t child;
	int status;
	size_t i;

	book_write(books, book, 0, 37);
	child = vfork();
	must(child >= 0, "vfork");
	if (!child) {
		for (i = 0; i < 19; i++)
			byte[i * books->page_bytes] = 3;
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && !status, "the child");
	note_write(books, book, 41, 19);
	book_write(books, book, 40, 3);
}

/* A child that comes, writes and goes; then the parent writes what was shared. */
static void run_fork_gone(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "outlived", SLOT(0), 307);
	size_t bytes = books->page_bytes;
	int status;
	pid_t child;
	size_t i;

	map_fixed(workload, SLOT(1), 53, MAP_POPULATE);
	note_populated(books, books__add(books, "filled", SLOT(1), 53), 0, 53);
	book_write(books, book, 0, 101);
	child = fork();
	must(child >= 0, "fork");
	if (!child) {
		for (i = 0; i < 307; i++)
			*(volatile char *)(uintptr_t)(book->start + i * bytes) = 2;
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && !status, "the child");
	note_forked(book);
	note_forked(books__find(books, "filled"));
	book_write(books, book, 89, 23);
	book_write(books, books__find(books, "filled"), 7, 11);
	book_read(books, books__find(books, "filled"), 0, 53);
}

static void run_exec(struct workload *workload)
{
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "image", SLOT(0), 307);

	book_write(books, book, 11, 101);
	if (workload->wait)
		execl(workload->self, "workload", "--wait", "exec_after", NULL);
	else
		execl(workload->self, "workload", "exec_after", NULL);
	must(false, "exec");
}

/* The second image: the same address, another life. */
static void run_exec_after(struct workload *workload)
{
	struct book *book = map_book(workload, "image", SLOT(0), 307);

	book_write(&workload->books, book, 89, 31);
	book_read(&workload->books, book, 199, 5);
}

static void run_exit_early(struct workload *workload)
{
	struct book *book = map_book(workload, "cut", SLOT(0), 307);

	book_write(&workload->books, book, 53, 101);
	book_read(&workload->books, book, 199, 5);
}

static sigjmp_buf after_fault;

static void on_fault(int number)
{
	siglongjmp(after_fault, number);
}

/* Three pages outside every mapping: faults, but no pages. */
static void run_stray(struct workload *workload)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct books *books = &workload->books;
	struct book *book = map_book(workload, "here", SLOT(0), 101);
	volatile size_t i;

	must(!sigaction(SIGSEGV, &action, NULL), "sigaction");
	book_write(books, book, 0, 13);
	for (i = 0; i < 3; i++) {
		if (!sigsetjmp(after_fault, 1))
			*(volatile char *)(uintptr_t)(SLOT(2) + i * books->page_bytes) = 1;
		workload->stray++;
	}
	book_write(books, book, 83, 2);
}

/* clang-format off */
const struct scenario process_scenarios[] = {
	{ "fork", "a child copies on write and lives on", NULL, run_fork,
	  NOT_ONE_THREAD | HAS_CHILD, { { "forked", SLOT(0), 307, 0, 0 } } },
	{ "fork_gone", "a child that has ended, and what was shared with it", NULL, run_fork_gone,
	  NOT_ONE_THREAD, { { "outlived", SLOT(0), 307, 0, 0 }, { "filled", SLOT(1), 53, 0, 0 } } },
	{ "vfork", "a vfork child touches its parent's pages", NULL, run_vfork, NOT_ONE_THREAD,
	  { { "lent", SLOT(0), 211, 0, 0 } } },
	{ "exec", "a new image in the middle", NULL, run_exec, NEW_IMAGE | NOT_ONE_THREAD,
	  { { "image", SLOT(0), 307, 0, 0 } } },
	{ "exec_after", "the image that exec ends in", NULL, run_exec_after, 0,
	  { { "image", SLOT(0), 307, 0, 0 } } },
	{ "exit_early", "ends by _exit(7), without atexit", NULL, run_exit_early, ENDS_EARLY,
	  { { "cut", SLOT(0), 307, 0, 0 } } },
	{ "stray", "faults outside every mapping", NULL, run_stray, NOT_ONE_THREAD,
	  { { "here", SLOT(0), 101, 0, 0 } } },
	{ 0 },
};
/* clang-format on */
