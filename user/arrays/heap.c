/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A block's life: given out, resized, freed, and what is left of it afterwards. */
#include "arrays/heap.h"

#include <errno.h>
#include <stdlib.h>

#include "arrays/claim_array.h"
#include "arrays/claim_book.h"

struct heap {
	struct claim_book book;
	uint64_t page_bytes;
};

struct heap *heap__new(uint64_t page_bytes, size_t max)
{
	struct heap *heap = calloc(1, sizeof(*heap));

	if (!heap)
		return NULL;
	heap->page_bytes = page_bytes;
	if (!claim_book__init(&heap->book, max))
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
	if (!claim_book__fork(&child->book, &parent->book))
		return child;
	free(child);
	return NULL;
}

void heap__free(struct heap *heap)
{
	if (!heap)
		return;
	claim_book__deinit(&heap->book);
	free(heap);
}

/* A live block stays one whatever happens to its pages. */
static bool may_be_freed(const struct claim *claim)
{
	return claim->state != CLAIM_LIVE;
}

static bool is_freed(const struct claim *claim)
{
	return claim->state == CLAIM_FREED;
}

/* Whatever lay there is no more: a free that was not seen, or of another allocator's. */
static int place(struct heap *heap, const struct claim *claim)
{
	int err = claims__cut(heap->book.claims, claim->start, claim->end, NULL, NULL);

	return err ? err : claims__insert(heap->book.claims, claim);
}

/* The living have the first right to the room. */
static int forget_freed(struct heap *heap)
{
	size_t before = claims__count(heap->book.claims);
	int err = claims__cut(heap->book.claims, 0, UINT64_MAX, is_freed, NULL);

	heap->book.forgotten += before - claims__count(heap->book.claims);
	return err;
}

static int on_alloc(struct heap *heap, const struct map_event *event)
{
	struct claim claim = {
		.start = event->start,
		.end = event->end,
		.whole_start = event->start,
		.whole_bytes = event->end - event->start,
		.serial = event->serial,
		.time_ns = event->time_ns,
		.tid = event->tid,
		.call = event->call,
	};
	int err;

	if (event->end <= event->start)
		return 0;
	claim.number = ++heap->book.numbers;
	err = place(heap, &claim);
	if (err != -ENOSPC)
		return err;
	err = forget_freed(heap);
	return err ? err : claim_book__forget_if_full(&heap->book, place(heap, &claim));
}

/* The serial tells the block: by now another may have its address. */
static void set_state(struct heap *heap, const struct map_event *event, enum claim_state state)
{
	uint64_t at = event->start;
	struct claim *claim;

	while ((claim = claims__above(heap->book.claims, at)) && claim->start < event->end) {
		if (claim->serial == event->serial)
			claim->state = state;
		at = claim->end;
	}
}

int heap__handle(struct heap *heap, const struct map_event *event)
{
	switch (event->type) {
	case MAP_EVENT_HEAP_ALLOC:
		return on_alloc(heap, event);
	case MAP_EVENT_HEAP_FREE:
		set_state(heap, event, CLAIM_FREED);
		return 0;
	case MAP_EVENT_HEAP_RESIZE:
		set_state(heap, event, CLAIM_RESIZING);
		return 0;
	case MAP_EVENT_HEAP_KEEP:
		set_state(heap, event, CLAIM_LIVE);
		return 0;
	case MAP_EVENT_ENTER:
		return claim_book__forget_if_full(
			&heap->book, claim_calls__enter(&heap->book.calls, heap->book.claims, event,
							may_be_freed));
	case MAP_EVENT_EXIT:
		return claim_calls__exit(&heap->book.calls, heap->book.claims, event, NULL, NULL);
	default:
		return 0;
	}
}

/* Neighbours share the pages at its ends: those do not tell. */
static int is_gone(const struct heap *heap, const struct claim *claim,
		   int (*in_memory)(void *ctx, uint64_t start, uint64_t end), void *ctx)
{
	uint64_t page = heap->page_bytes;
	uint64_t start = claim->start + (page - claim->start % page) % page;
	uint64_t end = claim->end - claim->end % page;
	int there;

	if (!is_freed(claim))
		return 0;
	there = start < end ? in_memory(ctx, start, end) : 0;
	return there < 0 ? there : !there;
}

int heap__arrays(struct heap *heap, int (*in_memory)(void *ctx, uint64_t start, uint64_t end),
		 void *ctx, struct array_list *list)
{
	struct claim *claim;
	uint64_t at = 0;
	int err = 0;

	while (!err && (claim = claims__above(heap->book.claims, at))) {
		uint64_t start = claim->start;

		at = claim->end;
		err = is_gone(heap, claim, in_memory, ctx);
		if (err > 0)
			err = claims__cut(heap->book.claims, start, at, NULL, NULL);
		else if (!err)
			err = claim_array_add(claim, ARRAY_HEAP, list);
	}
	return err;
}

uint64_t heap__forgotten(const struct heap *heap)
{
	return heap->book.forgotten;
}
