/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Mapping calls that threads are in. What a call may end is taken out at its entry, before
 * another thread can get the address, and put back when the call fails.
 */
#ifndef ARRAYS_ALLOCATION_CALLS_H
#define ARRAYS_ALLOCATION_CALLS_H

#include "arrays/allocations.h"
#include "facts/map_event.h"

struct allocation_call {
	struct map_event enter;
	struct allocation_list taken;
};

struct allocation_calls { /* all zero is empty */
	struct allocation_call *calls;
	size_t count;
	size_t capacity;
};

void allocation_calls__deinit(struct allocation_calls *calls);

/* An ENTER: takes the ranges that it ends out of the allocations that wanted accepts. 0 or -errno. */
int allocation_calls__enter(struct allocation_calls *calls, struct allocations *allocations,
			    const struct map_event *enter,
			    bool (*wanted)(const struct allocation *allocation));

/*
 * An EXIT: for each range of the thread's call finish is told what was taken, or, when the call
 * failed, that is put back. finish may be NULL. 0 or finish's -errno.
 */
int allocation_calls__exit(struct allocation_calls *calls, struct allocations *allocations,
			   const struct map_event *exit,
			   int (*finish)(void *ctx, const struct allocation_call *call,
					 const struct map_event *exit),
			   void *ctx);

#endif
