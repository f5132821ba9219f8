/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The heap blocks of one address space, by the events of its allocator: those that live, and of
 * the freed ones what no other block has taken and the kernel has not got back.
 */
#ifndef ARRAYS_HEAP_H
#define ARRAYS_HEAP_H

#include "facts/array.h"
#include "facts/map_change.h"
#include "facts/map_event.h"

struct heap;

/* What a heap holds is forgotten when there are more than max allocations. NULL: no memory. */
struct heap *heap__new(uint64_t page_bytes, size_t max);
struct heap *heap__fork(const struct heap *parent);
void heap__free(struct heap *heap);

/* HEAP_* events of this address space. 0 or -ENOMEM. */
int heap__handle(struct heap *heap, const struct map_event *event);

/* What calls changed: freed blocks go with their pages. 0 or -ENOMEM. */
int heap__change(struct heap *heap, const struct map_change *change);

/*
 * Adds an array for each block. A freed one of which no whole page is in memory any more is
 * forgotten: in_memory tells of pages [start, end), 1 or 0 or -errno. 0 or -errno.
 */
int heap__arrays(struct heap *heap, int (*in_memory)(void *ctx, uint64_t start, uint64_t end),
		 void *ctx, struct array_list *list);

/* Blocks that there was no room for. */
uint64_t heap__forgotten(const struct heap *heap);

#endif
