/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The registry of marks: the library's only mutable state. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "lib/marks.h"
#include "lib/pagewatch.h"
#include "lib/probes.h"
#include "lib/protocol.h"

struct mark {
	uint64_t start;
	uint64_t bytes;
	char name[PAGEWATCH_NAME_MAX + 1];
};

static struct {
	pthread_mutex_t lock;
	struct mark *marks; /* in the order they were made */
	size_t count;
	size_t capacity;
} registry = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void lock_registry(void)
{
	pthread_mutex_lock(&registry.lock);
}

static void unlock_registry(void)
{
	pthread_mutex_unlock(&registry.lock);
}

/* A child of fork() must not inherit the lock held by a thread that does not exist in it. */
static __attribute__((constructor)) void survive_fork(void)
{
	pthread_atfork(lock_registry, unlock_registry, unlock_registry);
}

int mark_name_check(const char *name, size_t *bytes)
{
	if (!name || !*name)
		return -EINVAL;
	*bytes = strnlen(name, PAGEWATCH_NAME_MAX + 1);
	return *bytes > PAGEWATCH_NAME_MAX ? -ENAMETOOLONG : 0;
}

static struct mark *find_mark(const char *name)
{
	size_t i;

	for (i = 0; i < registry.count; i++) {
		if (!strcmp(registry.marks[i].name, name))
			return &registry.marks[i];
	}
	return NULL;
}

static int add_mark(struct mark **ret)
{
	int err;

	if (registry.count == PAGEWATCH_MARKS_MAX)
		return -ENOSPC;
	err = array_reserve((void **)&registry.marks, &registry.capacity, registry.count + 1,
			    sizeof(*registry.marks));
	if (!err)
		*ret = &registry.marks[registry.count++];
	return err;
}

int pagewatch_mark(const char *name, const void *ptr, size_t bytes)
{
	struct mark *mark;
	size_t length;
	int err;

	err = mark_name_check(name, &length);
	if (!err && bytes > UINTPTR_MAX - (uintptr_t)ptr)
		err = -EINVAL;
	if (err)
		return err;
	lock_registry();
	mark = find_mark(name);
	if (!mark)
		err = add_mark(&mark);
	if (!err) {
		mark->start = (uintptr_t)ptr;
		mark->bytes = bytes;
		memcpy(mark->name, name, length + 1);
	}
	unlock_registry();
	if (!err)
		PROBE_MARK(name, ptr, bytes);
	return err;
}

int pagewatch_unmark(const char *name)
{
	struct mark *mark;
	size_t length;
	int err;

	err = mark_name_check(name, &length);
	if (err)
		return err;
	lock_registry();
	mark = find_mark(name);
	if (mark) {
		registry.count--;
		memmove(mark, mark + 1,
			(size_t)(registry.marks + registry.count - mark) * sizeof(*mark));
	} else {
		err = -ENOENT;
	}
	unlock_registry();
	if (!err)
		PROBE_UNMARK(name);
	return err;
}

unsigned int marks_write(char *packet, size_t *used)
{
	unsigned int count;
	size_t i;

	lock_registry();
	for (i = 0; i < registry.count; i++) {
		const struct mark *mark = &registry.marks[i];
		struct protocol_mark head = { mark->start, mark->bytes, strlen(mark->name) };

		memcpy(packet + *used, &head, sizeof(head));
		memcpy(packet + *used + sizeof(head), mark->name, head.name_bytes);
		*used += sizeof(head) + head.name_bytes;
	}
	count = (unsigned int)registry.count;
	unlock_registry();
	return count;
}
