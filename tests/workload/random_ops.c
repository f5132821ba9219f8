/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One operation at a time, each with what it does to the books. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random.h"

/* include/uapi/asm-generic/mman-common.h, v5.14 (4ca9b3859dac) */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define LOCKED_MAX 1500u /* below the 8 MiB that anybody may lock */
#define THREADS 4u

struct range {
	size_t first;
	size_t count;
};

/* xorshift64*: the same numbers from the same seed everywhere. */
uint64_t random_below(struct random_world *world, uint64_t below)
{
	world->seed ^= world->seed >> 12;
	world->seed ^= world->seed << 25;
	world->seed ^= world->seed >> 27;
	return (world->seed * 0x2545f4914f6cdd1dull >> 16) % below;
}

static struct range any_range(struct random_world *world, size_t longest)
{
	struct range range;

	range.count = 1 + random_below(world, longest);
	range.first = random_below(world, RANDOM_PAGES - range.count + 1);
	return range;
}

/* Grows a range around a random page as long as its pages belong to one mapping. */
static bool one_mapping(struct random_world *world, size_t longest, struct range *ret)
{
	struct range range = any_range(world, longest);
	size_t i, first = range.first;

	for (i = 0; i < RANDOM_PAGES && !world->id[first]; i++)
		first = (first + 1) % RANDOM_PAGES;
	if (!world->id[first])
		return false;
	ret->first = first;
	for (i = first;
	     i < RANDOM_PAGES && i < first + range.count && world->id[i] == world->id[first] &&
	     world->locked[i] == world->locked[first];
	     i++)
		;
	ret->count = i - first;
	return true;
}

static char *at(const struct random_world *world, size_t index)
{
	return page_at(&world->books, world->book, index);
}

static size_t bytes_of(const struct random_world *world, size_t count)
{
	return count * world->books.page_bytes;
}

static void forget(struct random_world *world, struct range range, const char *how)
{
	size_t i;

	note_ended(&world->books, world->book, range.first, range.count, how);
	for (i = range.first; i < range.first + range.count; i++) {
		world->locked_pages -= world->locked[i];
		world->locked[i] = false;
		world->id[i] = 0;
	}
}

static void adopt(struct random_world *world, struct range range)
{
	size_t i;

	world->next_id++;
	for (i = range.first; i < range.first + range.count; i++)
		world->id[i] = world->next_id;
}

static void op_map(struct random_world *world)
{
	struct range range = any_range(world, 1021);
	bool populate = !random_below(world, 5);

	must(mmap(at(world, range.first), bytes_of(world, range.count), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | (populate ? MAP_POPULATE : 0), -1,
		  0) == at(world, range.first),
	     "mmap");
	forget(world, range, "mmap");
	adopt(world, range);
	if (populate)
		note_populated(&world->books, world->book, range.first, range.count);
}

static void op_unmap(struct random_world *world)
{
	struct range range = any_range(world, 509);

	must(!munmap(at(world, range.first), bytes_of(world, range.count)), "munmap");
	forget(world, range, "munmap");
}

static void op_write(struct random_world *world)
{
	struct range range = any_range(world, 307);
	size_t i, step = 1 + random_below(world, 3);

	for (i = range.first; i < range.first + range.count; i += step) {
		if (world->id[i])
			book_write(&world->books, world->book, i, 1);
	}
}

static void op_read(struct random_world *world)
{
	struct range range = any_range(world, 307);
	size_t i, step = 1 + random_below(world, 3);

	for (i = range.first; i < range.first + range.count; i += step) {
		if (world->id[i])
			book_read(&world->books, world->book, i, 1);
	}
}

static void op_read_call(struct random_world *world)
{
	struct range range;

	if (one_mapping(world, 61, &range))
		book_read_call(&world->books, world->book, range.first, range.count);
}

/* The kernel drops mapping by mapping, steps over holes, and ends at a locked one. */
static void op_dontneed(struct random_world *world)
{
	struct range range = any_range(world, 401);
	size_t i, locked, end = range.first + range.count;
	int expected = 0;

	for (locked = range.first; locked < end && !world->locked[locked]; locked++)
		;
	for (i = range.first; i < locked; i++) {
		if (world->id[i])
			note_ended(&world->books, world->book, i, 1, "dontneed");
		else
			expected = ENOMEM;
	}
	if (locked < end)
		expected = EINVAL;
	errno = 0;
	madvise(at(world, range.first), bytes_of(world, range.count), MADV_DONTNEED);
	must(errno == expected, "MADV_DONTNEED");
}

static void op_populate(struct random_world *world)
{
	bool write = random_below(world, 2);
	struct range range;
	size_t i;

	if (!one_mapping(world, 53, &range))
		return;
	if (madvise(at(world, range.first), bytes_of(world, range.count),
		    write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ))
		return;
	if (write)
		note_populated(&world->books, world->book, range.first, range.count);
	for (i = range.first; !write && i < range.first + range.count; i++) {
		if (world->book->page[i].state != ABSENT)
			continue;
		world->book->page[i].state = ZERO;
		world->books.populated++;
	}
}

static void op_lock(struct random_world *world)
{
	struct range range;
	size_t i;

	if (!one_mapping(world, 101, &range) || world->locked_pages + range.count > LOCKED_MAX)
		return;
	must(!mlock(at(world, range.first), bytes_of(world, range.count)), "mlock");
	note_populated(&world->books, world->book, range.first, range.count);
	for (i = range.first; i < range.first + range.count; i++) {
		world->locked_pages += !world->locked[i];
		world->locked[i] = true;
	}
}

static void op_unlock(struct random_world *world)
{
	size_t first = random_below(world, RANDOM_PAGES), end;

	while (first < RANDOM_PAGES && !world->locked[first])
		first++;
	for (end = first; end < RANDOM_PAGES && world->locked[end]; end++) {
		world->locked[end] = false;
		world->locked_pages--;
	}
	if (end > first)
		must(!munlock(at(world, first), bytes_of(world, end - first)), "munlock");
}

static bool overlap(struct range a, struct range b)
{
	return a.first < b.first + b.count && b.first < a.first + a.count;
}

/*
 * Two mappings that could have been merged and were not make a move fail (EFAULT).
 * Kernels before v6.17 have unmapped the target range by then, later ones have not.
 */
static void note_failed_move(struct random_world *world, struct range to)
{
	unsigned char there;
	size_t i;

	for (i = to.first; i < to.first + to.count; i++) {
		if (world->id[i] && mincore(at(world, i), world->books.page_bytes, &there))
			forget(world, (struct range){ i, 1 }, "mremap");
	}
}

static void op_move(struct random_world *world)
{
	bool dontunmap = !random_below(world, 4);
	struct range from, to;
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED | (dontunmap ? MREMAP_DONTUNMAP : 0);
	size_t i;

	if (!one_mapping(world, 307, &from) || world->locked[from.first])
		return;
	to.count = from.count + (dontunmap ? 0 : random_below(world, 61));
	to.first = random_below(world, RANDOM_PAGES - to.count + 1);
	if (overlap(from, to))
		return;
	if (mremap(at(world, from.first), bytes_of(world, from.count), bytes_of(world, to.count),
		   flags, at(world, to.first)) == MAP_FAILED) {
		must(errno == EFAULT, "mremap");
		note_failed_move(world, to);
		return;
	}
	forget(world, to, "mremap");
	/* Within one book: copied, then emptied. */
	memcpy(&world->book->page[to.first], &world->book->page[from.first],
	       from.count * sizeof(struct page));
	memset(&world->book->page[from.first], 0, from.count * sizeof(struct page));
	for (i = from.first; !dontunmap && i < from.first + from.count; i++)
		world->id[i] = 0;
	adopt(world, to);
}

static void op_shrink(struct random_world *world)
{
	struct range range, gone;

	if (!one_mapping(world, 211, &range) || range.count < 2)
		return;
	gone.count = 1 + random_below(world, range.count - 1);
	gone.first = range.first + range.count - gone.count;
	if (mremap(at(world, range.first), bytes_of(world, range.count),
		   bytes_of(world, range.count - gone.count), 0) == at(world, range.first))
		forget(world, gone, "mremap");
	else
		must(errno == EFAULT, "mremap");
}

/* A child that writes a little and ends. The parent's pages are write-protected from then on. */
static void op_fork(struct random_world *world)
{
	struct range range = any_range(world, 211);
	int status;
	pid_t child;
	size_t i;

	child = fork();
	must(child >= 0, "fork");
	if (!child) {
		for (i = range.first; i < range.first + range.count; i++) {
			if (world->id[i])
				*(volatile char *)at(world, i) = 3;
		}
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && !status, "the child");
	note_forked(world->book);
}

struct toucher {
	const struct random_world *world;
	struct range range;
	size_t number;
	uint64_t writes; /* bit i % 64: page i is written, else read */
};

static void *touch(void *ctx)
{
	const struct toucher *toucher = ctx;
	size_t i;

	for (i = toucher->range.first + toucher->number;
	     i < toucher->range.first + toucher->range.count; i += THREADS) {
		volatile char *byte = at(toucher->world, i);

		if (!toucher->world->id[i])
			continue;
		if (toucher->writes >> i % 64 & 1)
			*byte = 4;
		else
			(void)*byte;
	}
	return NULL;
}

/* Several threads in one chunk, never two on a page. */
static void op_threads(struct random_world *world)
{
	struct range range = any_range(world, 512);
	uint64_t writes = random_below(world, UINT64_MAX);
	struct toucher touchers[THREADS];
	pthread_t threads[THREADS];
	size_t i;

	for (i = 0; i < THREADS; i++) {
		touchers[i] = (struct toucher){ world, range, i, writes };
		must(!pthread_create(&threads[i], NULL, touch, &touchers[i]), "thread");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = range.first; i < range.first + range.count; i++) {
		if (!world->id[i])
			continue;
		if (writes >> i % 64 & 1)
			note_write(&world->books, world->book, i, 1);
		else
			note_read(&world->books, world->book, i, 1);
	}
}

void random_step(struct random_world *world)
{
	static void (*const ops[])(struct random_world * world) = {
		op_map,	   op_map,  op_map,  op_unmap,	   op_write,	op_write,    op_write,
		op_read,   op_read, op_read, op_read_call, op_dontneed, op_populate, op_lock,
		op_unlock, op_move, op_move, op_shrink,	   op_threads,	op_threads,
	};
	void (*op)(struct random_world * world) = op_fork;

	/* A fork costs more than the rest, and makes every page copy-on-write. */
	if (random_below(world, 40))
		op = ops[random_below(world, sizeof(ops) / sizeof(*ops))];
	if (world->plain && (op == op_populate || op == op_lock))
		op = op_write;
	op(world);
}
