/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The ranges of mmap calls: cut by munmap and MAP_FIXED, moved and resized by mremap. */
#include "arrays/mappings.h"

#include <linux/mman.h>
#include <stdlib.h>

#include "arrays/allocation_array.h"
#include "arrays/allocation_book.h"

struct mappings {
	struct allocation_book book;
	uint64_t min_bytes;
};

struct mappings *mappings__new(uint64_t min_bytes, size_t max)
{
	struct mappings *mappings = calloc(1, sizeof(*mappings));

	if (!mappings)
		return NULL;
	mappings->min_bytes = min_bytes;
	if (!allocation_book__init(&mappings->book, max))
		return mappings;
	free(mappings);
	return NULL;
}

struct mappings *mappings__fork(const struct mappings *parent)
{
	struct mappings *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->min_bytes = parent->min_bytes;
	if (!allocation_book__fork(&child->book, &parent->book))
		return child;
	free(child);
	return NULL;
}

void mappings__free(struct mappings *mappings)
{
	if (!mappings)
		return;
	allocation_book__deinit(&mappings->book);
	free(mappings);
}

/* Where the call put it nothing else can be: what the books say lies there was not seen to end. */
static int insert(struct mappings *mappings, const struct allocation *allocation)
{
	int err = allocations__cut(mappings->book.allocations, allocation->start, allocation->end,
				   NULL, NULL);

	if (!err && allocation->start < allocation->end)
		err = allocations__insert(mappings->book.allocations, allocation);
	return allocation_book__forget_if_full(&mappings->book, err);
}

static int on_mmap(struct mappings *mappings, const struct map_event *enter, uint64_t start)
{
	struct allocation allocation = {
		.start = start,
		.end = start + enter->new_end,
		.whole_start = start,
		.whole_bytes = enter->new_end,
		.time_ns = enter->time_ns,
		.tid = enter->tid,
	};

	if (enter->new_end < mappings->min_bytes || allocation.end <= allocation.start)
		return 0;
	allocation.number = ++mappings->book.numbers;
	return insert(mappings, &allocation);
}

/*
 * The parts of the old range go where the call put them; what it adds belongs to the last one.
 * The new address is the whole's as well.
 */
static int on_mremap(struct mappings *mappings, const struct allocation_call *call, uint64_t to)
{
	const struct map_event *enter = &call->enter;
	uint64_t bytes = enter->new_start ? enter->new_end - enter->new_start : enter->new_end;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < call->taken.count; i++) {
		struct allocation part = call->taken.allocations[i];
		bool last = part.end == enter->end;
		uint64_t move = to - enter->start;

		/* It lay where the call has put something else. */
		if (part.start < enter->start || part.end > enter->end)
			continue;
		if ((enter->flags & MREMAP_DONTUNMAP) && move)
			err = insert(mappings, &part);
		part.start += move;
		part.end += move;
		part.whole_start += move;
		if (part.end > to + bytes || (last && bytes > enter->end - enter->start))
			part.end = to + bytes;
		if (part.start == part.whole_start && last)
			part.whole_bytes = part.end - part.start;
		if (!err && part.start < part.end)
			err = insert(mappings, &part);
	}
	return err;
}

static int finish(void *ctx, const struct allocation_call *call, const struct map_event *exit)
{
	struct mappings *mappings = ctx;

	if (call->enter.op == MAP_OP_MMAP)
		return on_mmap(mappings, &call->enter, (uint64_t)exit->result);
	if (call->enter.op == MAP_OP_MREMAP)
		return on_mremap(mappings, call, (uint64_t)exit->result);
	return 0;
}

/* Advice drops pages, not mappings; the break is none of mmap's. */
static bool is_of_mappings(enum map_op op)
{
	return op == MAP_OP_MMAP || op == MAP_OP_MUNMAP || op == MAP_OP_MREMAP ||
	       op == MAP_OP_SHMAT || op == MAP_OP_SHMDT;
}

int mappings__handle(struct mappings *mappings, const struct map_event *event)
{
	if (event->type == MAP_EVENT_EXIT)
		return allocation_calls__exit(&mappings->book.calls, mappings->book.allocations,
					      event, finish, mappings);
	if (event->type != MAP_EVENT_ENTER || !is_of_mappings(event->op))
		return 0;
	return allocation_book__forget_if_full(
		&mappings->book, allocation_calls__enter(&mappings->book.calls,
							 mappings->book.allocations, event, NULL));
}

int mappings__arrays(struct mappings *mappings, struct array_list *list)
{
	struct allocation *allocation;
	uint64_t at = 0;
	int err = 0;

	while (!err && (allocation = allocations__above(mappings->book.allocations, at))) {
		at = allocation->end;
		err = allocation_array_add(allocation, ARRAY_MAPPING, list);
	}
	return err;
}

uint64_t mappings__forgotten(const struct mappings *mappings)
{
	return mappings->book.forgotten;
}
