/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Entries of mapping calls, each waiting for its exit. */
#include "arrays/allocation_calls.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

void allocation_calls__deinit(struct allocation_calls *calls)
{
	size_t i;

	for (i = 0; i < calls->count; i++)
		free(calls->calls[i].taken.allocations);
	free(calls->calls);
}

static int leave(struct allocation_calls *calls, struct allocations *allocations,
		 const struct map_event *exit,
		 int (*finish)(void *ctx, const struct allocation_call *call,
			       const struct map_event *exit),
		 void *ctx)
{
	size_t i, kept = 0;
	int err = 0;

	for (i = 0; i < calls->count; i++) {
		struct allocation_call call = calls->calls[i];

		if (call.enter.tid != exit->tid) {
			calls->calls[kept++] = call;
			continue;
		}
		if (map_call_failed(&call.enter, exit->result))
			allocations__put_back(allocations, &call.taken);
		else if (!err && finish)
			err = finish(ctx, &call, exit);
		free(call.taken.allocations);
	}
	calls->count = kept;
	return err;
}

static bool has_other(const struct allocation_calls *calls, const struct map_event *enter)
{
	size_t i;

	for (i = 0; i < calls->count; i++) {
		if (calls->calls[i].enter.tid == enter->tid &&
		    !(calls->calls[i].enter.part && enter->part))
			return true;
	}
	return false;
}

int allocation_calls__enter(struct allocation_calls *calls, struct allocations *allocations,
			    const struct map_event *enter,
			    bool (*wanted)(const struct allocation *allocation))
{
	struct allocation_call *call;
	int err;

	/* A thread is in one call at a time: the exit of the one before was lost. */
	if (has_other(calls, enter))
		leave(calls, allocations,
		      &(struct map_event){ .tid = enter->tid, .result = -EINTR }, NULL, NULL);
	if (array_reserve((void **)&calls->calls, &calls->capacity, calls->count + 1,
			  sizeof(*calls->calls)))
		return -ENOMEM;
	call = &calls->calls[calls->count++];
	*call = (struct allocation_call){ .enter = *enter };
	err = allocations__cut(allocations, enter->start, enter->end, wanted, &call->taken);
	if (!err && enter->op == MAP_OP_MREMAP && enter->new_start)
		err = allocations__cut(allocations, enter->new_start, enter->new_end, wanted,
				       &call->taken);
	return err;
}

int allocation_calls__exit(struct allocation_calls *calls, struct allocations *allocations,
			   const struct map_event *exit,
			   int (*finish)(void *ctx, const struct allocation_call *call,
					 const struct map_event *exit),
			   void *ctx)
{
	return leave(calls, allocations, exit, finish, ctx);
}
