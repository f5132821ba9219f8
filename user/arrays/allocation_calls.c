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

struct leaving {
	struct allocations *allocations;
	int (*finish)(void *ctx, const struct allocation_call *call, const struct map_event *exit);
	void *ctx;
};

/* The part of the allocation that lies in [start, end). */
static struct allocation clip(const struct allocation *whole, uint64_t start, uint64_t end)
{
	struct allocation part = *whole;

	part.start = part.start > start ? part.start : start;
	part.end = part.end < end ? part.end : end;
	return part;
}

/* *ret gets what of the parts lies in the ranges that the call is about. 0 or -ENOMEM. */
static int select_parts(const struct allocation_list *parts, const struct map_event *enter,
			struct allocation_list *ret)
{
	size_t i, j;

	for (i = 0; i < parts->count; i++) {
		const struct allocation ranges[] = {
			clip(&parts->allocations[i], enter->start, enter->end),
			clip(&parts->allocations[i], enter->new_start, enter->new_end),
		};

		for (j = 0; j < 2; j++) {
			if (ranges[j].start >= ranges[j].end)
				continue;
			if (array_reserve((void **)&ret->allocations, &ret->capacity,
					  ret->count + 1, sizeof(*ret->allocations)))
				return -ENOMEM;
			ret->allocations[ret->count++] = ranges[j];
		}
	}
	return 0;
}

static int end_failed(const struct leaving *leaving, const struct allocation_call *call,
		      const struct map_event *exit)
{
	struct allocation_call moved = { 0 }, rest = { 0 };
	struct map_event success = *exit;
	int err;

	if (!map_call_split(&call->enter, exit, &moved.enter, &rest.enter)) {
		allocations__put_back(leaving->allocations, &call->taken);
		return 0;
	}
	success.result = (int64_t)moved.enter.new_start;
	err = select_parts(&call->taken, &rest.enter, &rest.taken);
	if (!err)
		err = select_parts(&call->taken, &moved.enter, &moved.taken);
	allocations__put_back(leaving->allocations, &rest.taken);
	if (!err && leaving->finish)
		err = leaving->finish(leaving->ctx, &moved, &success);
	free(moved.taken.allocations);
	free(rest.taken.allocations);
	return err;
}

static int leave(struct allocation_calls *calls, const struct leaving *leaving,
		 const struct map_event *exit)
{
	size_t i, kept = 0;
	int err = 0, failure;

	for (i = 0; i < calls->count; i++) {
		struct allocation_call call = calls->calls[i];

		if (call.enter.tid != exit->tid) {
			calls->calls[kept++] = call;
			continue;
		}
		failure = 0;
		if (map_call_failed(&call.enter, exit->result))
			failure = end_failed(leaving, &call, exit);
		else if (!err && leaving->finish)
			failure = leaving->finish(leaving->ctx, &call, exit);
		err = err ? err : failure;
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
		leave(calls, &(struct leaving){ .allocations = allocations },
		      &(struct map_event){ .tid = enter->tid, .result = -EINTR });
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
	return leave(calls, &(struct leaving){ allocations, finish, ctx }, exit);
}
