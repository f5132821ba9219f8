/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages, and what each touch makes of them. */
#include "books.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const state_names[STATES] = {
	[ABSENT] = "absent", [ZERO] = "zero",		[ZERO_HUGE] = "zero_huge",
	[ANON] = "anon",     [ANON_HUGE] = "anon_huge", [FILE_PAGE] = "file",
	[SHMEM] = "shmem",   [SWAPPED] = "swapped",	[GUARD] = "guard",
};

void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static size_t read_pmd_bytes(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	size_t bytes = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%zu", &bytes) != 1)
		bytes = 0;
	fclose(file);
	return bytes;
}

void books__init(struct books *books, size_t pool_pages)
{
	memset(books, 0, sizeof(*books));
	books->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	books->pmd_bytes = read_pmd_bytes();
	books->pool_pages = pool_pages;
	books->pool = mmap(NULL, pool_pages * sizeof(*books->pool), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	must(books->pool != MAP_FAILED, "mmap of the books");
	books->source = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	must(books->source >= 0, "/dev/zero");
}

static bool resident(const struct page *page)
{
	return page->state == ANON || page->state == ANON_HUGE || page->state == FILE_PAGE ||
	       page->state == SHMEM;
}

void books__ready(struct books *books)
{
	size_t i, j;

	for (i = 0; i < books->count; i++) {
		for (j = 0; j < books->book[i].pages; j++) {
			struct page *page = &books->book[i].page[j];

			page->before = resident(page);
		}
	}
	books->faults = 0;
	books->populated = 0;
	books->ready = true;
}

struct book *books__add(struct books *books, const char *name, uint64_t start, size_t pages)
{
	struct book *book = &books->book[books->count];

	errno = ENOSPC;
	must(books->count < BOOKS_MAX && pages <= books->pool_pages - books->pool_used,
	     "room in the books");
	snprintf(book->name, sizeof(book->name), "%s", name);
	book->start = start;
	book->pages = pages;
	book->page = books->pool + books->pool_used;
	books->pool_used += pages;
	books->count++;
	return book;
}

struct book *books__find(struct books *books, const char *name)
{
	size_t i;

	for (i = 0; i < books->count; i++) {
		if (!strcmp(books->book[i].name, name))
			return &books->book[i];
	}
	errno = ENOENT;
	must(false, name);
	return NULL;
}

char *page_at(const struct books *books, const struct book *book, size_t index)
{
	return (char *)(uintptr_t)(book->start + index * books->page_bytes);
}

static void check_range(const struct book *book, size_t first, size_t count)
{
	errno = ERANGE;
	must(first <= book->pages && count <= book->pages - first, book->name);
}

static void set_bit(struct books *books, struct page *page, uint8_t bit)
{
	books->faults++;
	if (books->ready)
		page->bits |= bit;
	else
		page->early |= bit;
}

void note_write(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t i;

	check_range(book, first, count);
	for (i = first; i < first + count; i++) {
		struct page *page = &book->page[i];

		if (page->state == ABSENT || page->state == ZERO || page->state == FILE_PAGE ||
		    page->state == SWAPPED || page->cow)
			set_bit(books, page, BIT_WRITE);
		if (page->state == ABSENT || page->state == ZERO || page->state == FILE_PAGE ||
		    page->state == SWAPPED)
			page->state = ANON;
		page->cow = false;
	}
}

void note_read(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t i;

	check_range(book, first, count);
	for (i = first; i < first + count; i++) {
		struct page *page = &book->page[i];

		if (page->state != ABSENT && page->state != SWAPPED)
			continue;
		set_bit(books, page, BIT_READ);
		page->state = page->state == SWAPPED ? ANON : ZERO;
	}
}

void book_write(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t i;

	note_write(books, book, first, count);
	for (i = first; i < first + count; i++)
		*(volatile char *)page_at(books, book, i) = 1;
}

void book_read(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t i;

	note_read(books, book, first, count);
	for (i = first; i < first + count; i++)
		(void)*(volatile char *)page_at(books, book, i);
}

void book_read_call(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t bytes = count * books->page_bytes;

	note_write(books, book, first, count);
	must(read(books->source, page_at(books, book, first), bytes) == (ssize_t)bytes, "read");
}

void note_populated(struct books *books, struct book *book, size_t first, size_t count)
{
	size_t i;

	check_range(book, first, count);
	for (i = first; i < first + count; i++) {
		struct page *page = &book->page[i];

		if (page->state == ABSENT || page->state == ZERO || page->cow)
			books->populated++;
		if (page->state == ABSENT || page->state == ZERO)
			page->state = ANON;
		page->cow = false;
	}
}

static struct ended *ended_by(struct books *books, const char *how)
{
	size_t i;

	for (i = 0; i < books->ended_count; i++) {
		if (!strcmp(books->ended[i].how, how))
			return &books->ended[i];
	}
	errno = ENOSPC;
	must(books->ended_count < ENDED_MAX, how);
	snprintf(books->ended[i].how, sizeof(books->ended[i].how), "%s", how);
	books->ended_count++;
	return &books->ended[i];
}

void note_ended(struct books *books, struct book *book, size_t first, size_t count, const char *how)
{
	struct ended *ended = ended_by(books, how);
	size_t i;

	check_range(book, first, count);
	for (i = first; i < first + count; i++) {
		struct page *page = &book->page[i];

		ended->now += page->bits != 0;
		ended->all += (page->bits | page->early) != 0;
		memset(page, 0, sizeof(*page));
	}
}

void note_forked(struct book *book)
{
	size_t i;

	for (i = 0; i < book->pages; i++) {
		if (book->page[i].state == ANON)
			book->page[i].cow = true;
	}
}

void note_moved(struct book *from, size_t first, size_t count, struct book *to, size_t to_first)
{
	check_range(from, first, count);
	check_range(to, to_first, count);
	memmove(to->page + to_first, from->page + first, count * sizeof(*to->page));
	if (from != to)
		memset(from->page + first, 0, count * sizeof(*from->page));
}

void note_state(struct book *book, size_t first, size_t count, enum state state)
{
	size_t i;

	check_range(book, first, count);
	for (i = first; i < first + count; i++)
		book->page[i].state = (uint8_t)state;
}

static const char *bit_names(uint8_t bits)
{
	static const char *const names[] = { "", "r", "w", "rw" };

	return names[bits & 3];
}

static bool alike(const struct page *a, const struct page *b)
{
	return a->state == b->state && a->bits == b->bits && a->early == b->early &&
	       a->before == b->before && a->huge == b->huge;
}

static void print_book(const struct books *books, const struct book *book, FILE *out)
{
	size_t first, end;

	fprintf(out, "{\"name\":\"%s\",\"start\":\"0x%" PRIx64 "\",\"pages\":%zu,\"runs\":[",
		book->name, book->start, book->pages);
	for (first = 0; first < book->pages; first = end) {
		const struct page *page = &book->page[first];

		for (end = first + 1; end < book->pages && alike(page, &book->page[end]); end++)
			;
		fprintf(out,
			"%s{\"start\":\"0x%" PRIx64 "\",\"pages\":%zu,\"state\":\"%s\","
			"\"bits\":\"%s\",\"early\":\"%s\",\"before\":%s,\"huge\":%s}",
			first ? "," : "", book->start + first * books->page_bytes, end - first,
			state_names[page->state], bit_names(page->bits), bit_names(page->early),
			page->before ? "true" : "false", page->huge ? "true" : "false");
	}
	fputs("]}", out);
}

void books__print(const struct books *books, FILE *out)
{
	size_t i;

	fputc('[', out);
	for (i = 0; i < books->count; i++) {
		if (i)
			fputc(',', out);
		print_book(books, &books->book[i], out);
	}
	fputc(']', out);
}
