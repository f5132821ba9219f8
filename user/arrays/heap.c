/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A block's life: allocated, resized, freed, and what is left of it afterwards. */
#include "arrays/heap.h"

#include <errno.h>
#include <stdlib.h>

#include "arrays/allocation_array.h"
#include "arrays/allocation_book.h"

struct heap {
	struct allocation_book book;
	uint64_t page_bytes;
};

struct heap *heap__new(uint64_t page_bytes, size_t max)
{
	struct heap *heap = calloc(1, sizeof(*heap));

	if (!heap)
		return NULL;
	heap->page_bytes = page_bytes;
	if (!allocation_book__init(&heap->book, max))
		return heap;
	free(heap);
	return NULL;
}

struct heap *heap__fork(const struct heap *parent)
{
	struct heap *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->page_bytes = parent->page_bytes;
	if (!allocation_book__fork(&child->book, &parent->book))
		return child;
	free(child);
	return NULL;
}

void heap__free(struct heap *heap)
{
	if (!heap)
		return;
	allocation_book__deinit(&heap->book);
	free(heap);
}

/* A live block stays whole, whatever happens to its pages. */
static bool may_be_freed(const struct allocation *allocation)
{
	return allocation->state != ALLOCATION_LIVE;
}

static bool is_freed(const struct allocation *allocation)
{
	return allocation->state == ALLOCATION_FREED;
}

/* Whatever was there is gone: its free was not seen, or another allocator's. */
static int place_block(struct heap *heap, const struct allocation *allocation)
{
	int err = allocations__cut(heap->book.allocations, allocation->start, allocation->end, NULL,
				   NULL);

	return err ? err : allocations__insert(heap->book.allocations, allocation);
}

/* Live blocks have priority for the room. */
static int forget_freed(struct heap *heap)
{
	size_t before = allocations__count(heap->book.allocations);
	int err = allocations__cut(heap->book.allocations, 0, UINT64_MAX, is_freed, NULL);

	heap->book.forgotten += before - allocations__count(heap->book.allocations);
	return err;
}

static int on_alloc(struct heap *heap, const struct map_event *event)
{
	struct allocation allocation = {
		.start = event->block.start,
		.end = event->block.end,
		.whole_start = event->block.start,
		.whole_bytes = event->block.end - event->block.start,
		.serial = event->block.serial,
		.time_ns = event->time_ns,
		.tid = event->tid,
		.call = event->block.call,
	};
	int err;

	if (event->block.end <= event->block.start)
		return 0;
	allocation.number = ++heap->book.numbers;
	err = place_block(heap, &allocation);
	if (err != -ENOSPC)
		return err;
	err = forget_freed(heap);
	return err ? err
		   : allocation_book__forget_if_full(&heap->book, place_block(heap, &allocation));
}

/* The serial identifies the block: another one may have its address by now. */
static void set_state(struct heap *heap, const struct map_event *event, enum allocation_state state)
{
	uint64_t at = event->block.start;
	struct allocation *allocation;

	while ((allocation = allocations__above(heap->book.allocations, at)) &&
	       allocation->start < event->block.end) {
		if (allocation->serial == event->block.serial)
			allocation->state = state;
		at = allocation->end;
	}
}

int heap__handle(struct heap *heap, const struct map_event *event)
{
	switch (event->type) {
	case MAP_EVENT_HEAP_ALLOC:
		return on_alloc(heap, event);
	case MAP_EVENT_HEAP_FREE:
		set_state(heap, event, ALLOCATION_FREED);
		return 0;
	case MAP_EVENT_HEAP_RESIZE:
		set_state(heap, event, ALLOCATION_RESIZING);
		return 0;
	case MAP_EVENT_HEAP_KEEP:
		set_state(heap, event, ALLOCATION_LIVE);
		return 0;
	default:
		return 0;
	}
}

int heap__change(struct heap *heap, const struct map_change *change)
{
	if (change->type != MAP_CHANGE_ENDED &&
	    (change->type != MAP_CHANGE_MOVED || change->to == change->start))
		return 0;
	return allocation_book__forget_if_full(
		&heap->book, allocations__cut(heap->book.allocations, change->start, change->end,
					      may_be_freed, NULL));
}

/* Pages at its ends are shared with neighbours, so they prove nothing. */
static int is_gone(const struct heap *heap, const struct allocation *allocation,
		   int (*in_memory)(void *ctx, uint64_t start, uint64_t end), void *ctx)
{
	uint64_t page = heap->page_bytes;
	uint64_t start = allocation->start + (page - allocation->start % page) % page;
	uint64_t end = allocation->end - allocation->end % page;
	int there;

	if (!is_freed(allocation))
		return 0;
	there = start < end ? in_memory(ctx, start, end) : 0;
	return there < 0 ? there : !there;
}

int heap__arrays(struct heap *heap, int (*in_memory)(void *ctx, uint64_t start, uint64_t end),
		 void *ctx, struct array_list *list)
{
	struct allocation *allocation;
	uint64_t at = 0;
	int err = 0;

	while (!err && (allocation = allocations__above(heap->book.allocations, at))) {
		uint64_t start = allocation->start;

		at = allocation->end;
		err = is_gone(heap, allocation, in_memory, ctx);
		if (err > 0)
			err = allocations__cut(heap->book.allocations, start, at, NULL, NULL);
		else if (!err)
			err = allocation_array_add(allocation, ARRAY_HEAP, list);
	}
	return err;
}

uint64_t heap__forgotten(const struct heap *heap)
{
	return heap->book.forgotten;
}
