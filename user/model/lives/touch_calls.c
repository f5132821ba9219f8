/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each mapping call does to lives, told by its entry, its closing records and its exit. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

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

static int take_held(struct touch *touch, uint64_t start, uint64_t end, struct chunk_bits *to)
{
	int err;

	if (start >= end)
		return 0;
	err = chunk_bits__take(&touch->overlay, start, end, touch->page_bytes, to);
	if (!err)
		err = chunk_bits__take(&touch->doubt.bits, start, end, touch->page_bytes, to);
	return err;
}

static int claim(struct touch *touch, struct pending *call)
{
	if (!call->left)
		return 0;
	call->left = false;
	return take_held(touch, call->enter.start, call->enter.end, &call->bits);
}

int touch_claim(struct touch *touch, uint64_t start, uint64_t end)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < touch->pending.count; i++) {
		struct pending *call = &touch->pending.calls[i];

		if (call->enter.start < end && start < call->enter.end)
			err = claim(touch, call);
	}
	return err;
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
		return enter->new_start
			       ? take_held(touch, enter->new_start, enter->new_end, &call->bits)
			       : 0;
	}
	err = touch_claim(touch, enter->start, enter->end);
	return err ? err : take_held(touch, enter->start, enter->end, &call->bits);
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

const char *touch_how(enum map_op op)
{
	static const char *const names[MAP_OPS] = {
		[MAP_OP_MMAP] = "mmap",		[MAP_OP_MUNMAP] = "munmap",
		[MAP_OP_MREMAP] = "mremap",	[MAP_OP_BRK] = "brk",
		[MAP_OP_DONTNEED] = "dontneed", [MAP_OP_REMOVE] = "remove",
		[MAP_OP_GUARD] = "guard",	[MAP_OP_SHMAT] = "shmat",
		[MAP_OP_SHMDT] = "shmdt",
	};

	return names[op];
}

/* The pages of [start, end) are not those of the baseline any more. */
static int not_before(struct touch *touch, uint64_t start, uint64_t end)
{
	int err;

	if (start >= end)
		return 0;
	err = intervals__cut(&touch->before, start, end);
	if (!err && !touch->baseline_set)
		err = intervals__set(&touch->ended_early, start, end, 0);
	if (!err)
		err = intervals__cut(&touch->huge_seen, start, end);
	if (!err)
		err = intervals__cut(&touch->huge_maybe, start, end);
	return err;
}

uint64_t touch_created_ns(const struct touch *touch, uint64_t start, uint64_t end)
{
	const struct interval *birth = intervals__at(&touch->births, start);

	return birth && birth->end >= end ? birth->value : 0;
}

static int begin(struct touch *touch, uint64_t start, uint64_t end, uint64_t created_ns)
{
	int err = not_before(touch, start, end);

	return err ? err : intervals__set(&touch->births, start, end, created_ns);
}

/* The lives of [start, end) ended by a call; its bits are among those of pending. */
static int end_range(struct touch *touch, struct pending *pending, uint64_t start, uint64_t end,
		     uint64_t time_ns)
{
	const struct map_event *enter = &pending->enter;
	struct chunk_bits gone = { 0 };
	struct bit_counts counts;
	struct retired retired;
	int err;

	if (start >= end)
		return 0;
	err = chunk_bits__take(&pending->bits, start, end, touch->page_bytes, &gone);
	counts = chunk_bits__count(&gone);
	chunk_bits__deinit(&gone);
	if (err)
		return err;
	retired = (struct retired){
		.count = 1,
		.start = start,
		.end = end,
		.created_ns = touch_created_ns(touch, start, end),
		.retired_ns = time_ns,
		.how = touch_how(enter->op),
		.pages_read = counts.read,
		.pages_written = counts.written,
		.pages_touched = counts.touched,
	};
	/* A fixed mmap over nothing known ended nothing. */
	if (enter->op != MAP_OP_MMAP || counts.touched || retired.created_ns)
		err = touch_retire(touch, &retired);
	if (!err)
		err = not_before(touch, start, end);
	if (!err && enter->op != MAP_OP_DONTNEED && enter->op != MAP_OP_REMOVE &&
	    enter->op != MAP_OP_GUARD)
		err = intervals__cut(&touch->births, start, end);
	return err;
}

static int move_range(struct touch *touch, struct pending *pending, uint64_t start, uint64_t end,
		      uint64_t to)
{
	struct chunk_bits moving = { 0 };
	int err = touch_claim(touch, to, to + (end - start));

	if (!err)
		err = chunk_bits__take(&pending->bits, start, end, touch->page_bytes, &moving);
	if (!err)
		err = chunk_bits__add_moved(&touch->overlay, &moving, start, end, to,
					    touch->page_bytes);
	chunk_bits__deinit(&moving);
	if (err || start == to)
		return err;
	err = intervals__move(&touch->before, start, end, to);
	if (!err && !touch->baseline_set)
		err = intervals__set(&touch->ended_early, start, end, 0);
	if (!err)
		err = intervals__move(&touch->huge_seen, start, end, to);
	if (!err)
		err = intervals__move(&touch->huge_maybe, start, end, to);
	if (!err)
		err = intervals__move(&touch->births, start, end, to);
	return err;
}

static int put_back(struct touch *touch, struct chunk_bits *bits)
{
	int err = chunk_bits__join(&touch->overlay, bits);

	chunk_bits__deinit(bits);
	return err;
}

/* In place: no life ends. */
static int grow(struct touch *touch, struct pending *call, uint64_t end, uint64_t bytes,
		uint64_t created_ns)
{
	int err = put_back(touch, &call->bits);

	return err ? err : begin(touch, end, end + bytes, created_ns);
}

static int on_mremap(struct touch *touch, struct pending *pending, uint64_t to, uint64_t time_ns)
{
	const struct map_event *enter = &pending->enter;
	uint64_t old_bytes = enter->end - enter->start;
	uint64_t new_bytes = enter->new_start ? enter->new_end - enter->new_start : enter->new_end;
	uint64_t kept = old_bytes < new_bytes ? old_bytes : new_bytes;
	uint64_t created = touch_created_ns(touch, enter->start, enter->start + 1);
	int err = 0;

	if (to == enter->start && new_bytes >= old_bytes)
		return grow(touch, pending, enter->end, new_bytes - old_bytes,
			    created ? created : time_ns);
	err = claim(touch, pending);
	if (!err && enter->new_start)
		err = end_range(touch, pending, enter->new_start, enter->new_end, time_ns);
	if (!err)
		err = end_range(touch, pending, enter->start + kept, enter->end, time_ns);
	if (!err)
		err = move_range(touch, pending, enter->start, enter->start + kept, to);
	if (!err && new_bytes > kept)
		err = begin(touch, to + kept, to + new_bytes, created ? created : time_ns);
	if (!err && (enter->flags & MREMAP_DONTUNMAP) && to != enter->start)
		err = begin(touch, enter->start, enter->end, time_ns);
	return err;
}

static int on_success(struct touch *touch, struct pending *pending, uint64_t result,
		      uint64_t time_ns)
{
	const struct map_event *enter = &pending->enter;
	int err;

	if (enter->op == MAP_OP_MREMAP)
		return on_mremap(touch, pending, result, time_ns);
	err = end_range(touch, pending, enter->start, enter->end, time_ns);
	if (err)
		return err;
	if (enter->op == MAP_OP_MMAP || enter->op == MAP_OP_SHMAT)
		return begin(touch, result, result + enter->new_end, enter->time_ns);
	if (enter->op == MAP_OP_BRK)
		return begin(touch, enter->new_start, enter->new_end, enter->time_ns);
	return 0;
}

/* What no life took away: the call failed, or did not reach it. */
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
	err = end_range(touch, pending, enter->start, refused_at, time_ns);
	return err ? err : put_back(touch, &pending->bits);
}

/* Takes the call's bits over. */
static int finish(struct touch *touch, struct pending *call, const struct map_event *exit,
		  int64_t result)
{
	int err = 0;

	/* Its exit was lost: it may have moved. */
	if (result == -EINTR)
		err = claim(touch, call);
	if (!err && !map_call_failed(&call->enter, result))
		err = on_success(touch, call, (uint64_t)result, exit->time_ns);
	else if (!err && map_call_ended_nothing(&call->enter, result))
		err = put_back(touch, &call->bits);
	else if (!err && exit->refused_at)
		err = on_refusal(touch, call, exit->refused_at, exit->time_ns);
	if (!err && call->bits.count)
		err = add_doubt(touch, call, exit->time_ns);
	chunk_bits__deinit(&call->bits);
	return err;
}

/* The parts of one call are reached in their order: the result says how far. */
static int64_t result_of_part(const struct map_event *enter, int64_t *left)
{
	int64_t bytes = (int64_t)(enter->end - enter->start);

	if (*left < bytes)
		return -EINTR;
	*left -= bytes;
	return 0;
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
			result = result_of_part(&call.enter, &left);
		failure = finish(touch, &call, event, result);
		if (!err)
			err = failure;
	}
	return err;
}
