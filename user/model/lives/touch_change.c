/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a change of a mapping does to lives: ended, moved, begun, or as if nothing had happened. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "model/lives/touch_priv.h"

int touch_take_held(struct touch *touch, uint64_t start, uint64_t end, struct chunk_bits *to)
{
	int err;

	if (start >= end)
		return 0;
	err = chunk_bits__take(&touch->overlay, start, end, touch->page_bytes, to);
	if (!err)
		err = chunk_bits__take(&touch->doubt.bits, start, end, touch->page_bytes, to);
	return err;
}

int touch_claim_call(struct touch *touch, struct pending *call)
{
	if (!call->left)
		return 0;
	call->left = false;
	return touch_take_held(touch, call->enter.start, call->enter.end, &call->bits);
}

int touch_claim(struct touch *touch, uint64_t start, uint64_t end)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < touch->pending.count; i++) {
		struct pending *call = &touch->pending.calls[i];

		if (call->enter.start < end && start < call->enter.end)
			err = touch_claim_call(touch, call);
	}
	return err;
}

const char *touch_how(enum map_op op)
{
	static const char *const names[MAP_OPS] = {
		[MAP_OP_MMAP] = "mmap",
		[MAP_OP_MUNMAP] = "munmap",
		[MAP_OP_MREMAP] = "mremap",
		[MAP_OP_BRK] = "brk",
		[MAP_OP_DONTNEED] = "dontneed",
		[MAP_OP_REMOVE] = "remove",
		[MAP_OP_GUARD] = "guard",
		[MAP_OP_SHMAT] = "shmat",
		[MAP_OP_SHMDT] = "shmdt",
		[MAP_OP_PUNCH] = "fallocate",
		[MAP_OP_TRUNCATE] = "ftruncate",
		[MAP_OP_REMAP] = "remap_file_pages",
		[MAP_OP_IO_DESTROY] = "io_destroy",
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

int touch_begin(struct touch *touch, uint64_t start, uint64_t end, uint64_t created_ns)
{
	int err = not_before(touch, start, end);

	return err ? err : intervals__set(&touch->births, start, end, created_ns);
}

int touch_end_range(struct touch *touch, struct pending *pending, uint64_t start, uint64_t end,
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
	if (!err && !map_op_keeps_mapping(enter->op))
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

int touch_put_back(struct touch *touch, struct chunk_bits *bits)
{
	int err = chunk_bits__join(&touch->overlay, bits);

	chunk_bits__deinit(bits);
	return err;
}

/* In place: no life ends. */
static int grow(struct touch *touch, struct pending *call, uint64_t end, uint64_t bytes,
		uint64_t created_ns)
{
	int err = touch_put_back(touch, &call->bits);

	return err ? err : touch_begin(touch, end, end + bytes, created_ns);
}

int touch_mremap(struct touch *touch, struct pending *pending, uint64_t to, uint64_t time_ns)
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
	err = touch_claim_call(touch, pending);
	if (!err && enter->new_start)
		err = touch_end_range(touch, pending, enter->new_start, enter->new_end, time_ns);
	if (!err)
		err = touch_end_range(touch, pending, enter->start + kept, enter->end, time_ns);
	if (!err)
		err = move_range(touch, pending, enter->start, enter->start + kept, to);
	if (!err && new_bytes > kept)
		err = touch_begin(touch, to + kept, to + new_bytes, created ? created : time_ns);
	if (!err && (enter->flags & MREMAP_DONTUNMAP) && to != enter->start)
		err = touch_begin(touch, enter->start, enter->end, time_ns);
	return err;
}
