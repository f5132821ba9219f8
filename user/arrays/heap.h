/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The heap blocks of one address space, from its allocator's events: the live ones, and of freed
 * ones the parts that no other block has taken and that were not returned to the kernel.
 */
#ifndef ARRAYS_HEAP_H
#define ARRAYS_HEAP_H

#include "facts/array.h"
#include "facts/map_change.h"
#include "facts/map_event.h"

struct heap;

/* If there are more than max allocations, the others are forgotten. NULL: no memory. */
struct heap *heap__new(uint64_t page_bytes, size_t max);
struct heap *heap__fork(const struct heap *parent);
void heap__free(struct heap *heap);

/* HEAP_* events of this address space. 0 or -ENOMEM. */
int heap__handle(struct heap *heap, const struct map_event *event);

/* What calls changed: freed blocks disappear with their pages. 0 or -ENOMEM. */
int heap__change(struct heap *heap, const struct map_change *change);

/*
 * Appends an array for each block. Forgets freed blocks of which no whole page is in memory:
 * in_memory says that of pages [start, end), 1 or 0 or -errno. 0 or -errno.
 */
int heap__arrays(struct heap *heap, int (*in_memory)(void *ctx, uint64_t start, uint64_t end),
		 void *ctx, struct array_list *list);

/* Blocks for which there was no room. */
uint64_t heap__forgotten(const struct heap *heap);

#endif
