/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Address ranges that calls gave to a program: disjoint, in address order. Cutting one leaves its
 * parts, each an allocation of its own. Each step takes O(log n).
 */
#ifndef ARRAYS_ALLOCATIONS_H
#define ARRAYS_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/heap_call.h"

enum allocation_state {
	ALLOCATION_LIVE,
	ALLOCATION_RESIZING, /* by a realloc that may move it, or fail */
	ALLOCATION_FREED,
};

struct allocation {
	uint64_t start; /* bytes, [start, end): what is left of it */
	uint64_t end;
	uint64_t whole_start; /* as it was allocated */
	uint64_t whole_bytes;
	uint64_t serial;
	uint64_t time_ns; /* CLOCK_MONOTONIC of the allocation */
	uint32_t number;  /* of its address space, from 1 */
	uint32_t id;	  /* of this part; given by allocations__insert */
	uint32_t tid;
	enum heap_call call;
	enum allocation_state state;
};

struct allocation_list { /* all zero is empty; the holder frees allocations */
	struct allocation *allocations;
	size_t count;
	size_t capacity;
};

struct allocations;

/* At most max of them, then -ENOSPC. NULL: no memory. */
struct allocations *allocations__new(size_t max);
struct allocations *allocations__copy(const struct allocations *allocations);
void allocations__free(struct allocations *allocations);
size_t allocations__count(const struct allocations *allocations);

/* The lowest allocation that ends above address, or NULL. Valid until the next insert or cut. */
struct allocation *allocations__above(struct allocations *allocations, uint64_t address);

/*
 * Inserts an allocation whose range is free (cut it first) and gives it a new id. 0, -ENOMEM or
 * -ENOSPC; -EEXIST: the range is not free; -EINVAL: it is empty.
 */
int allocations__insert(struct allocations *allocations, const struct allocation *allocation);

/*
 * Cuts [start, end) out of the allocations that wanted accepts (NULL: all). The parts go to *taken
 * unless that is NULL. 0, -ENOMEM or -ENOSPC.
 */
int allocations__cut(struct allocations *allocations, uint64_t start, uint64_t end,
		     bool (*wanted)(const struct allocation *allocation),
		     struct allocation_list *taken);

#endif
