/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a change of a mapping does to lives: ends, begins, moves them, or leaves them in doubt. */
#include <errno.h>
#include <string.h>

#include "model/lives/touch_priv.h"

/* The word of the JSON contract. */
static const char *how_of(enum map_op op)
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

/* The bits of the change: borrowed, read only. */
static struct chunk_bits bits_of(const struct map_change *change)
{
	return (struct chunk_bits){ (struct touch_chunk *)change->bits, change->bit_count, 0, 0 };
}

/* The bits of [start, end) that we hold ourselves, and those closed by the call. */
static int take_bits(struct touch *touch, const struct map_change *change, struct chunk_bits *to)
{
	const struct chunk_bits closed = bits_of(change);
	int err = chunk_bits__join(to, &closed);

	touch_peak_compare(touch, &closed);
	if (!err)
		err = chunk_bits__take(&touch->overlay, change->start, change->end,
				       touch->page_bytes, to);
	if (!err)
		err = chunk_bits__take(&touch->doubt.bits, change->start, change->end,
				       touch->page_bytes, to);
	return err;
}

/* The pages of [start, end) no longer belong to the baseline. */
static int not_before(struct touch *touch, uint64_t start, uint64_t end)
{
	int err = intervals__cut(&touch->before, start, end);

	if (!err && touch->expects_baseline)
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

static int begin_life(struct touch *touch, uint64_t start, uint64_t end, uint64_t created_ns)
{
	int err = not_before(touch, start, end);

	return err ? err : intervals__set(&touch->births, start, end, created_ns);
}

/* The part that grew is as old as the rest. */
static int on_began(struct touch *touch, const struct map_change *change)
{
	uint64_t created = change->resizes && change->start
				   ? touch_created_ns(touch, change->start - 1, change->start)
				   : 0;

	return begin_life(touch, change->start, change->end, created ? created : change->time_ns);
}

static int retire_ended(struct touch *touch, const struct map_change *change,
			const struct chunk_bits *gone)
{
	const struct bit_counts counts = chunk_bits__count(gone);
	const struct retired retired = {
		.count = 1,
		.start = change->start,
		.end = change->end,
		.created_ns = touch_created_ns(touch, change->start, change->end),
		.retired_ns = change->time_ns,
		.how = how_of(change->how),
		.pages_read = counts.read,
		.pages_written = counts.written,
		.pages_touched = counts.touched,
	};

	/* A fixed mmap over nothing known ended nothing. */
	if (change->how == MAP_OP_MMAP && !counts.touched && !retired.created_ns)
		return 0;
	return touch_retire(touch, &retired);
}

static int on_ended(struct touch *touch, const struct map_change *change)
{
	struct chunk_bits gone = { 0 };
	int err = take_bits(touch, change, &gone);

	if (!err && change->start >= change->end)
		err = chunk_bits__join(&touch->last, &gone);
	else if (!err)
		err = retire_ended(touch, change, &gone);
	chunk_bits__deinit(&gone);
	if (!err)
		err = not_before(touch, change->start, change->end);
	if (!err && !map_op_keeps_mapping(change->how))
		err = intervals__cut(&touch->births, change->start, change->end);
	return err;
}

static int move_sets(struct touch *touch, uint64_t start, uint64_t end, uint64_t to)
{
	int err = intervals__move(&touch->before, start, end, to);

	if (!err && touch->expects_baseline)
		err = intervals__set(&touch->ended_early, start, end, 0);
	if (!err)
		err = intervals__move(&touch->huge_seen, start, end, to);
	if (!err)
		err = intervals__move(&touch->huge_maybe, start, end, to);
	if (!err)
		err = intervals__move(&touch->births, start, end, to);
	return err;
}

static int on_moved(struct touch *touch, const struct map_change *change)
{
	const struct chunk_bits closed = bits_of(change);
	struct chunk_bits moving = { 0 };
	int err;

	touch_peak_survived(touch, &closed);
	touch_peak_compare(touch, &closed);
	if (change->to == change->start)
		return chunk_bits__join(&touch->overlay, &closed);
	err = take_bits(touch, change, &moving);
	if (!err)
		err = chunk_bits__add_moved(&touch->overlay, &moving, change->start, change->end,
					    change->to, touch->page_bytes);
	chunk_bits__deinit(&moving);
	if (!err)
		err = move_sets(touch, change->start, change->end, change->to);
	if (!err && change->stays)
		err = begin_life(touch, change->start, change->end, change->time_ns);
	return err;
}

static int on_doubtful(struct touch *touch, const struct map_change *change)
{
	const char *how = how_of(change->how);
	struct doubt *doubt = &touch->doubt;
	struct chunk_bits bits = { 0 };
	int err = take_bits(touch, change, &bits);

	touch_peak_survived(touch, &bits);
	if (!err && bits.count) {
		if (change->unsure)
			touch->unsure += chunk_bits__count(&bits).touched;
		if (!doubt->bits.count)
			*doubt = (struct doubt){ doubt->bits, change->start, change->end, 0, how };
		doubt->how = strcmp(doubt->how, how) ? "several" : how;
		doubt->start = change->start < doubt->start ? change->start : doubt->start;
		doubt->end = change->end > doubt->end ? change->end : doubt->end;
		doubt->failed_ns = change->time_ns;
		err = chunk_bits__join(&doubt->bits, &bits);
	}
	chunk_bits__deinit(&bits);
	return err;
}

int touch_change(struct touch *touch, const struct map_change *change)
{
	switch (change->type) {
	case MAP_CHANGE_ENDED:
		return on_ended(touch, change);
	case MAP_CHANGE_BEGAN:
		return on_began(touch, change);
	case MAP_CHANGE_MOVED:
		return on_moved(touch, change);
	default:
		return on_doubtful(touch, change);
	}
}
