/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* malloc's family with a log: each block, in an order that holds across threads. */
#include "heap_log.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS_MAX (1u << 20)

struct heap_event {
	uint64_t sequence;
	const char *call; /* NULL: freed */
	uint64_t address;
	uint64_t bytes;
	int tid;
};

static struct heap_event events[EVENTS_MAX];
static atomic_uint_fast64_t sequence;
static atomic_uint event_count;

static uint64_t next_number(void)
{
	return atomic_fetch_add(&sequence, 1);
}

static void enter(uint64_t when, const char *call, uintptr_t block, size_t bytes)
{
	unsigned int index = atomic_fetch_add(&event_count, 1);

	if (index >= EVENTS_MAX)
		abort();
	events[index] = (struct heap_event){ when, call, block, bytes, (int)syscall(SYS_gettid) };
}

/* Fills the block, so that all of it is in memory. Blocks that are not there are no blocks. */
static void *gave(const char *call, void *block, size_t bytes)
{
	if (!block)
		return NULL;
	enter(next_number(), call, (uintptr_t)block, bytes);
	memset(block, 0x5a, bytes);
	return block;
}

void *log_malloc(size_t bytes)
{
	return gave("malloc", malloc(bytes), bytes);
}

void *log_calloc(size_t count, size_t bytes)
{
	return gave("calloc", calloc(count, bytes), count * bytes);
}

static void *resized(uint64_t before, const char *call, uintptr_t old, void *block, size_t bytes)
{
	if (old && (block || !bytes))
		enter(before, NULL, old, 0);
	return gave(call, block, bytes);
}

void *log_realloc(void *old, size_t bytes)
{
	uint64_t before = next_number();
	uintptr_t was = (uintptr_t)old;

	return resized(before, "realloc", was, realloc(old, bytes), bytes);
}

void *log_reallocarray(void *old, size_t count, size_t bytes)
{
	uint64_t before = next_number();
	uintptr_t was = (uintptr_t)old;
	size_t product = count * bytes;

	if (bytes && product / bytes != count)
		product = SIZE_MAX;
	return resized(before, "reallocarray", was, reallocarray(old, count, bytes), product);
}

/* memalign is another name of aligned_alloc in glibc: at one address they are one. */
static const char *name_of(const char *name)
{
	static const char *const order[] = { "aligned_alloc", "memalign" };
	size_t i;

	for (i = 0; i < 2; i++) {
		if (dlsym(RTLD_DEFAULT, order[i]) == dlsym(RTLD_DEFAULT, name))
			return order[i];
	}
	return name;
}

void *log_aligned_alloc(size_t alignment, size_t bytes)
{
	return gave("aligned_alloc", aligned_alloc(alignment, bytes), bytes);
}

void *log_memalign(size_t alignment, size_t bytes)
{
	return gave(name_of("memalign"), memalign(alignment, bytes), bytes);
}

void *log_valloc(size_t bytes)
{
	return gave(name_of("valloc"), valloc(bytes), bytes);
}

void *log_posix_memalign(size_t alignment, size_t bytes)
{
	void *block = NULL;

	if (posix_memalign(&block, alignment, bytes))
		return NULL;
	return gave("posix_memalign", block, bytes);
}

void log_free(void *block)
{
	if (block)
		enter(next_number(), NULL, (uintptr_t)block, 0);
	free(block);
}

/* Through no stream: those have heap blocks of their own. */
int log_dump(const char *path)
{
	unsigned int i, count = event_count;
	char text[512];
	int fd, bytes;

	snprintf(text, sizeof(text), "%s.%d", path, (int)getpid());
	fd = open(text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	for (i = 0; i < count; i++) {
		bytes = snprintf(text, sizeof(text), "%" PRIu64 " %s %" PRIu64 " %" PRIu64 " %d\n",
				 events[i].sequence, events[i].call ? events[i].call : "free",
				 events[i].address, events[i].bytes, events[i].tid);
		if (write(fd, text, (size_t)bytes) != bytes)
			abort();
	}
	return close(fd);
}
