/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which thread is in which call, and what follows from its exit. */
#include "model/lives/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/array.h"
#include "model/lives/replay_priv.h"

/* More than a process can have (the kernel's default limit is half of it). */
#define CALLS_MAX 65536u

static void free_call(struct replay_call *call)
{
	chunk_bits__deinit(&call->bits);
	intervals__deinit(&call->ended);
}

void replay__deinit(struct replay *replay)
{
	size_t i;

	for (i = 0; i < replay->count; i++)
		free_call(&replay->calls[i]);
	free(replay->calls);
	*replay = (struct replay){ .page_bytes = replay->page_bytes };
}

int replay__copy_calls(struct replay *replay, const struct replay *of)
{
	size_t i;

	replay__deinit(replay);
	replay->page_bytes = of->page_bytes;
	if (array_reserve((void **)&replay->calls, &replay->capacity, of->count,
			  sizeof(*replay->calls)))
		return -ENOMEM;
	for (i = 0; i < of->count; i++) {
		replay->calls[i] = of->calls[i];
		replay->calls[i].bits = (struct chunk_bits){ 0 };
		replay->calls[i].ended = (struct intervals){ 0 };
	}
	replay->count = of->count;
	replay->asides = of->asides;
	return 0;
}

/* The last range that the thread's call has reported. */
static struct replay_call *find_call(struct replay *replay, uint32_t tid)
{
	size_t i;

	for (i = replay->count; i-- > 0;) {
		if (replay->calls[i].tid == tid)
			return &replay->calls[i];
	}
	return NULL;
}

static bool take_call(struct replay *replay, uint32_t tid, struct replay_call *ret)
{
	size_t i;

	for (i = 0; i < replay->count; i++) {
		if (replay->calls[i].tid != tid)
			continue;
		*ret = replay->calls[i];
		replay->count--;
		memmove(replay->calls + i, replay->calls + i + 1,
			(replay->count - i) * sizeof(*replay->calls));
		return true;
	}
	return false;
}

static int finish_calls(const struct telling *telling, uint32_t tid, const struct map_exit *exit)
{
	int64_t left = exit->result;
	struct replay_call call;
	int err = 0, failure;

	while (take_call(telling->replay, tid, &call)) {
		int64_t result = exit->result;

		if (call.enter.part)
			result = map_call_result_of_part(&call.enter, &left);
		failure = replay_finish(telling, &call, exit, result);
		err = err ? err : failure;
		free_call(&call);
	}
	return err;
}

static int lose_exit(const struct telling *telling, uint32_t tid)
{
	const struct map_exit lost = { .result = -EINTR };

	return finish_calls(telling, tid, &lost);
}

static int on_enter(const struct telling *telling, const struct map_event *event)
{
	struct replay *replay = telling->replay;
	struct replay_call *call = find_call(replay, event->tid);
	int err = 0;

	/* A thread is in one call at a time: any other entry has lost its exit. */
	if (call && !(call->enter.part && event->enter.part))
		err = lose_exit(telling, event->tid);
	/* As many threads have lost an exit: the oldest is forgotten. */
	if (!err && replay->count >= CALLS_MAX)
		err = lose_exit(telling, replay->calls[0].tid);
	if (!err)
		err = array_reserve((void **)&replay->calls, &replay->capacity, replay->count + 1,
				    sizeof(*replay->calls));
	if (!err)
		replay->calls[replay->count++] = (struct replay_call){ .enter = event->enter,
								       .tid = event->tid,
								       .time_ns = event->time_ns };
	return err;
}

/* Without its entry (lost, or a range closed late) the bits belong to a life that ended. */
static int on_closed(const struct telling *telling, const struct map_event *event)
{
	struct replay_call *call = find_call(telling->replay, event->tid);

	if (call)
		return chunk_bits__add(&call->bits, event->closed);
	return telling->visit(telling->ctx, &(struct map_change){ .type = MAP_CHANGE_ENDED,
								  .how = MAP_OPS,
								  .time_ns = event->time_ns,
								  .tid = event->tid,
								  .bits = event->closed,
								  .bit_count = 1 });
}

int replay__handle(struct replay *replay, const struct map_event *event, replay_visit *visit,
		   void *ctx)
{
	const struct telling telling = { replay, visit, ctx, event->time_ns };

	switch (event->type) {
	case MAP_EVENT_ENTER:
		return on_enter(&telling, event);
	case MAP_EVENT_CLOSED:
		return on_closed(&telling, event);
	case MAP_EVENT_EXIT:
		return finish_calls(&telling, event->tid, &event->exit);
	default:
		return 0;
	}
}
