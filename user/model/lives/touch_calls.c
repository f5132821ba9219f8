/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each mapping call does to lives, told by its entry, its closing records and its exit. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "model/lives/touch_priv.h"

/* More threads than any process has (the kernel's default limit is half of it). */
#define PENDING_MAX 65536u

/* The last range that the thread's call has told of. */
static struct pending *find_pending(struct touch *touch, uint32_t tid)
{
	size_t i;

	for (i = touch->pending.count; i-- > 0;) {
		if (touch->pending.calls[i].enter.tid == tid)
			return &touch->pending.calls[i];
	}
	return NULL;
}

static struct pending *append(struct pending_list *list, const struct pending *call)
{
	if (array_reserve((void **)&list->calls, &list->capacity, list->count + 1,
			  sizeof(*list->calls)))
		return NULL;
	list->calls[list->count] = *call;
	return &list->calls[list->count++];
}

static int lose_exit(struct touch *touch, uint32_t tid)
{
	return touch_exit(touch, &(struct map_event){ .tid = tid, .result = -EINTR });
}

/* The old range of mremap is left where it is: a block that grows in place costs nothing. */
static int take_entered(struct touch *touch, struct pending *call)
{
	const struct map_event *enter = &call->enter;
	int err;

	if (enter->op == MAP_OP_MREMAP) {
		call->left = true;
		return enter->new_start ? touch_take_held(touch, enter->new_start, enter->new_end,
							  &call->bits)
					: 0;
	}
	err = touch_claim(touch, enter->start, enter->end);
	return err ? err : touch_take_held(touch, enter->start, enter->end, &call->bits);
}

int touch_enter(struct touch *touch, const struct map_event *event)
{
	struct pending *pending = find_pending(touch, event->tid);
	int err = 0;

	/* A thread is in one call at a time: what is left of another lost its exit. */
	if (pending && !(pending->enter.part && event->part))
		err = lose_exit(touch, event->tid);
	/* As many threads have lost one: the oldest is forgotten. */
	if (!err && touch->pending.count >= PENDING_MAX)
		err = lose_exit(touch, touch->pending.calls[0].enter.tid);
	if (!err && event->op == MAP_OP_MREMAP) {
		err = touch_claim(touch, event->start, event->end);
		if (!err && event->new_start)
			err = touch_claim(touch, event->new_start, event->new_end);
	}
	if (err)
		return err;
	pending = append(&touch->pending, &(struct pending){ .enter = *event });
	return pending ? take_entered(touch, pending) : -ENOMEM;
}

int touch_closed(struct touch *touch, const struct map_event *event)
{
	struct pending *pending = find_pending(touch, event->tid);

	/* Without its entry (lost, or a range closed late) the bits are of a life that ended. */
	return chunk_bits__add(pending ? &pending->bits : &touch->last, &event->closed);
}

static int on_success(struct touch *touch, struct pending *pending, uint64_t result,
		      uint64_t time_ns)
{
	const struct map_event *enter = &pending->enter;
	int err;

	if (enter->op == MAP_OP_MREMAP)
		return touch_mremap(touch, pending, result, time_ns);
	err = touch_end_range(touch, pending, enter->start, enter->end, time_ns);
	if (err)
		return err;
	if (enter->op == MAP_OP_MMAP || enter->op == MAP_OP_SHMAT)
		return touch_begin(touch, result, result + enter->new_end, enter->time_ns);
	if (enter->op == MAP_OP_BRK)
		return touch_begin(touch, enter->new_start, enter->new_end, enter->time_ns);
	if (enter->op == MAP_OP_REMAP)
		return touch_begin(touch, enter->start, enter->end, enter->time_ns);
	return 0;
}

/* What no life took away: the call failed, or did not reach it, or not all of it. */
static int add_doubt(struct touch *touch, struct pending *call, uint64_t failed_ns)
{
	const char *how = touch_how(call->enter.op);
	struct doubt *doubt = &touch->doubt;
	uint64_t start = call->enter.start, end = call->enter.end;
	int err;

	if (!doubt->bits.count) {
		doubt->how = how;
		doubt->start = start;
		doubt->end = end;
	}
	doubt->how = strcmp(doubt->how, how) ? "several" : how;
	doubt->start = start < doubt->start ? start : doubt->start;
	doubt->end = end > doubt->end ? end : doubt->end;
	doubt->failed_ns = failed_ns;
	err = chunk_bits__join(&doubt->bits, &call->bits);
	chunk_bits__deinit(&call->bits);
	return err;
}

/* What lies before the refusal ended, what lies behind it lives on. */
static int on_refusal(struct touch *touch, struct pending *pending, uint64_t refused_at,
		      uint64_t time_ns)
{
	const struct map_event *enter = &pending->enter;
	int err;

	if (refused_at < enter->start || refused_at > enter->end)
		return 0;
	err = touch_end_range(touch, pending, enter->start, refused_at, time_ns);
	return err ? err : touch_put_back(touch, &pending->bits);
}

/* How many pages of the old range a call may have moved that does not tell. */
static int count_unsure(struct touch *touch, struct pending *call)
{
	struct chunk_bits old = { 0 };
	int err = chunk_bits__take(&call->bits, call->enter.start, call->enter.end,
				   touch->page_bytes, &old);

	touch->unsure += chunk_bits__count(&old).touched;
	if (!err)
		err = chunk_bits__join(&call->bits, &old);
	chunk_bits__deinit(&old);
	return err;
}

/* What of several mappings was moved before one was refused; the call is about the rest then. */
static int move_part(struct touch *touch, struct pending *call, const struct map_event *exit)
{
	struct pending moved = *call;
	struct map_event rest;
	struct chunk_bits kept = { 0 };
	int err;

	if (exit->result == -EINTR || !call->enter.several ||
	    !map_call_failed(&call->enter, exit->result))
		return 0;
	err = touch_claim_call(touch, call);
	if (err)
		return err;
	if (!map_call_split(&call->enter, exit, &moved.enter, &rest))
		return count_unsure(touch, call);
	moved.left = false;
	moved.bits = call->bits;
	if (moved.enter.start < moved.enter.end)
		err = touch_mremap(touch, &moved, moved.enter.new_start, exit->time_ns);
	call->bits = moved.bits;
	call->enter = rest;
	if (!err)
		err = chunk_bits__take(&call->bits, rest.start, rest.end, touch->page_bytes, &kept);
	if (!err)
		err = touch_put_back(touch, &kept);
	chunk_bits__deinit(&kept);
	return err;
}

/* Takes the call's bits over. */
static int finish(struct touch *touch, struct pending *call, const struct map_event *exit,
		  int64_t result)
{
	int err = 0;

	/* Its exit was lost: it may have moved. */
	if (result == -EINTR)
		err = touch_claim_call(touch, call);
	else
		err = move_part(touch, call, exit);
	if (!err && !map_call_failed(&call->enter, result)) {
		if (!call->enter.maybe)
			err = on_success(touch, call, (uint64_t)result, exit->time_ns);
	} else if (!err && map_call_ended_nothing(&call->enter, result))
		err = touch_put_back(touch, &call->bits);
	else if (!err && call->enter.op != MAP_OP_MREMAP && exit->refused_at)
		err = on_refusal(touch, call, exit->refused_at, exit->time_ns);
	if (!err && call->bits.count)
		err = add_doubt(touch, call, exit->time_ns);
	chunk_bits__deinit(&call->bits);
	return err;
}

static bool take_pending(struct pending_list *list, uint32_t tid, struct pending *ret)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->calls[i].enter.tid != tid)
			continue;
		*ret = list->calls[i];
		list->count--;
		memmove(list->calls + i, list->calls + i + 1,
			(list->count - i) * sizeof(*list->calls));
		return true;
	}
	return false;
}

int touch_exit(struct touch *touch, const struct map_event *event)
{
	int64_t left = event->result;
	struct pending call;
	int err = 0;

	while (take_pending(&touch->pending, event->tid, &call)) {
		int64_t result = event->result;
		int failure;

		if (call.enter.part)
			result = map_call_result_of_part(&call.enter, &left);
		failure = finish(touch, &call, event, result);
		if (!err)
			err = failure;
	}
	return err;
}
