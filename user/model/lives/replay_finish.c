/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each call has done, from its entry and its result. */
#include <errno.h>
#include <sys/mman.h>

#include "model/lives/replay_priv.h"

/* Reports a change by the call, with its bits of the range. */
static int tell_change(const struct telling *telling, struct replay_call *call,
		       struct map_change change)
{
	struct chunk_bits bits = { 0 };
	int err = chunk_bits__take(&call->bits, change.start, change.end,
				   telling->replay->page_bytes, &bits);

	change.how = call->enter.op;
	change.tid = call->tid;
	change.time_ns = change.time_ns ? change.time_ns : telling->time_ns;
	change.bits = bits.chunks;
	change.bit_count = bits.count;
	if (!err)
		err = telling->visit(telling->ctx, &change);
	chunk_bits__deinit(&bits);
	return err;
}

/* Ends the lives of [start, end), as far as that was not reported yet. */
static int end_range(const struct telling *telling, struct replay_call *call, uint64_t start,
		     uint64_t end, bool resizes)
{
	size_t i = intervals__first(&call->ended, start);
	int err = 0;

	for (; !err && start < end; i++) {
		const struct interval *told = i < call->ended.count &&
							      call->ended.items[i].start < end
						      ? &call->ended.items[i]
						      : NULL;
		uint64_t until = told ? told->start : end;

		if (start < until)
			err = tell_change(telling, call,
					  (struct map_change){ .type = MAP_CHANGE_ENDED,
							       .start = start,
							       .end = until,
							       .resizes = resizes });
		start = told ? told->end : end;
	}
	return err;
}

/* Nothing happened to [start, end). */
static int keep_range(const struct telling *telling, struct replay_call *call, uint64_t start,
		      uint64_t end)
{
	if (!call->bits.count || start >= end)
		return 0;
	return tell_change(
		telling, call,
		(struct map_change){
			.type = MAP_CHANGE_MOVED, .start = start, .end = end, .to = start });
}

static int doubt_range(const struct telling *telling, struct replay_call *call, uint64_t start,
		       uint64_t end, bool unsure)
{
	if (start >= end)
		return 0;
	return tell_change(telling, call,
			   (struct map_change){ .type = MAP_CHANGE_DOUBTFUL,
						.start = start,
						.end = end,
						.unsure = unsure });
}

static uint64_t old_bytes(const struct map_enter *enter)
{
	return enter->end - enter->start;
}

static uint64_t new_bytes(const struct map_enter *enter)
{
	return enter->new_start ? enter->new_end - enter->new_start : enter->new_end;
}

/* The old range of mremap, without what is cut off at its end. */
static uint64_t kept_bytes(const struct map_enter *enter)
{
	return old_bytes(enter) < new_bytes(enter) ? old_bytes(enter) : new_bytes(enter);
}

/* An mremap that shrinks a mapping leaves it in place. */
static bool stays_in_place(const struct map_enter *enter)
{
	return !enter->new_start && !(enter->flags & MREMAP_DONTUNMAP) &&
	       new_bytes(enter) < old_bytes(enter);
}

/* Another call has mapped [start, end): this call must have ended the lives there before. */
static int end_overlap(const struct telling *telling, struct replay_call *call, uint64_t start,
		       uint64_t end, uint64_t from, uint64_t until)
{
	int err;

	start = start > from ? start : from;
	end = end < until ? end : until;
	if (start >= end)
		return 0;
	err = end_range(telling, call, start, end, false);
	return err ? err : intervals__set(&call->ended, start, end, 0);
}

/*
 * Another call has mapped the range from which this mremap moves its mapping: where to is not known
 * yet.
 */
static int set_aside(const struct telling *telling, struct replay_call *call)
{
	struct map_enter *enter = &call->enter;
	uint64_t place = telling->replay->asides % MAP_CHANGE_ASIDES;
	uint64_t to = enter->start | MAP_CHANGE_ASIDE | place << MAP_CHANGE_ASIDE_SHIFT;
	int err;

	if (enter->start & MAP_CHANGE_ASIDE)
		return 0;
	telling->replay->asides++;
	err = tell_change(telling, call,
			  (struct map_change){ .type = MAP_CHANGE_MOVED,
					       .start = enter->start,
					       .end = enter->end,
					       .to = to });
	enter->end = to + old_bytes(enter);
	enter->start = to;
	return err;
}

static int make_room_of(const struct telling *telling, struct replay_call *call, uint64_t start,
			uint64_t end)
{
	const struct map_enter *enter = &call->enter;
	int err;

	if (enter->op != MAP_OP_MREMAP)
		return end_overlap(telling, call, start, end, enter->start, enter->end);
	err = end_overlap(telling, call, start, end, enter->new_start,
			  enter->new_start ? enter->new_end : 0);
	if (err)
		return err;
	if (stays_in_place(enter))
		return end_overlap(telling, call, start, end, enter->start + new_bytes(enter),
				   enter->end);
	return start < enter->end && enter->start < end ? set_aside(telling, call) : 0;
}

/* Something comes to [start, end): pending calls must have ended what was there. */
static int make_room(const struct telling *telling, uint64_t start, uint64_t end)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < telling->replay->count; i++)
		err = make_room_of(telling, &telling->replay->calls[i], start, end);
	return err;
}

static int begin_range(const struct telling *telling, struct replay_call *call, uint64_t start,
		       uint64_t end, struct map_change change)
{
	int err;

	if (start >= end)
		return 0;
	change.type = MAP_CHANGE_BEGAN;
	change.start = start;
	change.end = end;
	err = make_room(telling, start, end);
	return err ? err : tell_change(telling, call, change);
}

static int finish_mremap(const struct telling *telling, struct replay_call *call, uint64_t to)
{
	const struct map_enter *enter = &call->enter;
	uint64_t kept = kept_bytes(enter), bytes = new_bytes(enter);
	struct map_change moved = {
		.type = MAP_CHANGE_MOVED,
		.start = enter->start,
		.end = enter->start + kept,
		.to = to,
		.stays = enter->flags & MREMAP_DONTUNMAP && to != enter->start,
	};
	int err = 0;

	if (enter->new_start)
		err = end_range(telling, call, enter->new_start, enter->new_end, false);
	if (!err)
		err = end_range(telling, call, enter->start + kept, enter->end, true);
	if (!err && to != enter->start)
		err = make_room(telling, to, to + kept);
	if (!err)
		err = to == enter->start ? keep_range(telling, call, moved.start, moved.end)
					 : tell_change(telling, call, moved);
	return err ? err
		   : begin_range(telling, call, to + kept, to + bytes,
				 (struct map_change){ .resizes = true });
}

static int succeed_call(const struct telling *telling, struct replay_call *call, uint64_t result)
{
	const struct map_enter *enter = &call->enter;
	const struct map_change at_entry = { .time_ns = call->time_ns };
	int err;

	if (enter->op == MAP_OP_MREMAP)
		return finish_mremap(telling, call, result);
	err = end_range(telling, call, enter->start, enter->end, false);
	if (err)
		return err;
	if (enter->op == MAP_OP_MMAP || enter->op == MAP_OP_SHMAT)
		return begin_range(telling, call, result, result + enter->new_end, at_entry);
	if (enter->op == MAP_OP_BRK)
		return begin_range(telling, call, enter->new_start, enter->new_end, at_entry);
	if (enter->op == MAP_OP_REMAP)
		return begin_range(telling, call, enter->start, enter->end, at_entry);
	return 0;
}

/* Both ranges of mremap; for other calls the only one. */
static int each_range(const struct telling *telling, struct replay_call *call,
		      int (*visit)(const struct telling *telling, struct replay_call *call,
				   uint64_t start, uint64_t end))
{
	const struct map_enter *enter = &call->enter;
	int err = visit(telling, call, enter->start, enter->end);

	if (!err && enter->op == MAP_OP_MREMAP && enter->new_start)
		err = visit(telling, call, enter->new_start, enter->new_end);
	return err;
}

static int doubt_sure_place(const struct telling *telling, struct replay_call *call, uint64_t start,
			    uint64_t end)
{
	return doubt_range(telling, call, start, end, false);
}

/* It moved its mapping back. Before that it may have cut off the end and cleared the new place. */
static int fail_mremap(const struct telling *telling, struct replay_call *call, bool unsure)
{
	const struct map_enter *enter = &call->enter;
	uint64_t end = enter->start + kept_bytes(enter);
	int err;

	if (unsure)
		err = doubt_range(telling, call, enter->start, end, true);
	else
		err = keep_range(telling, call, enter->start, end);
	if (!err)
		err = doubt_range(telling, call, end, enter->end, false);
	if (!err && enter->new_start)
		err = doubt_range(telling, call, enter->new_start, enter->new_end, false);
	return err;
}

/* What is before the refusal ended; what is after it lives on. */
static int end_up_to(const struct telling *telling, struct replay_call *call, uint64_t refused_at)
{
	const struct map_enter *enter = &call->enter;
	int err = end_range(telling, call, enter->start, refused_at, false);

	return err ? err : keep_range(telling, call, refused_at, enter->end);
}

static int fail_call(const struct telling *telling, struct replay_call *call,
		     const struct map_exit *exit, int64_t result)
{
	const struct map_enter *enter = &call->enter;
	struct map_enter moved, rest;
	bool unsure = false;
	int err = 0;

	if (result == -EINTR)
		return each_range(telling, call, doubt_sure_place);
	if (!(enter->start & MAP_CHANGE_ASIDE) && map_call_split(enter, exit, &moved, &rest)) {
		call->enter = moved;
		if (moved.start < moved.end)
			err = finish_mremap(telling, call, moved.new_start);
		call->enter = rest;
	} else {
		unsure = enter->several;
	}
	if (err)
		return err;
	if (map_call_ended_nothing(enter, result))
		return each_range(telling, call, keep_range);
	if (enter->op == MAP_OP_MREMAP)
		return fail_mremap(telling, call, unsure);
	if (exit->refused_at >= enter->start && exit->refused_at <= enter->end && exit->refused_at)
		return end_up_to(telling, call, exit->refused_at);
	return doubt_range(telling, call, enter->start, enter->end, false);
}

int replay_finish(const struct telling *telling, struct replay_call *call,
		  const struct map_exit *exit, int64_t result)
{
	if (map_call_failed(&call->enter, result))
		return fail_call(telling, call, exit, result);
	if (call->enter.maybe)
		return each_range(telling, call, doubt_sure_place);
	return succeed_call(telling, call, (uint64_t)result);
}
