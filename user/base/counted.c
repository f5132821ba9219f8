/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/counted.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct counted {
	uint32_t holders;
	uint32_t charges;
	size_t bytes;
	void (*deinit)(void *memory);
	max_align_t memory[];
};

static struct counted *counted_of(const void *memory)
{
	return (struct counted *)((uintptr_t)memory - offsetof(struct counted, memory));
}

void *counted__new(size_t bytes, void (*deinit)(void *memory))
{
	struct counted *counted = calloc(1, sizeof(*counted) + bytes);

	if (!counted)
		return NULL;
	counted->holders = 1;
	counted->bytes = sizeof(*counted) + bytes;
	counted->deinit = deinit;
	return counted->memory;
}

const void *counted__hold(const void *memory)
{
	if (memory)
		counted_of(memory)->holders++;
	return memory;
}

void counted__drop(const void *memory)
{
	struct counted *counted;

	if (!memory)
		return;
	counted = counted_of(memory);
	if (--counted->holders)
		return;
	if (counted->deinit)
		counted->deinit(counted->memory);
	free(counted);
}

int counted__set_text(const char **held, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy;

	if (*held && !strcmp(*held, text))
		return 0;
	copy = counted__new(bytes, NULL);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, bytes);
	counted__drop(*held);
	*held = copy;
	return 0;
}

size_t counted__bytes(const void *memory)
{
	return memory ? counted_of(memory)->bytes : 0;
}

bool counted__charge(const void *memory)
{
	return memory && !counted_of(memory)->charges++;
}

bool counted__discharge(const void *memory)
{
	return memory && !--counted_of(memory)->charges;
}
