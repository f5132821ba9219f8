/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Calls that run into a scan. */
#include "model/lives/scan_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/lives/touch_priv.h"

void scan_window__deinit(struct scan_window *window)
{
	chunk_bits__deinit(&window->taken);
	intervals__deinit(&window->dropped);
	intervals__deinit(&window->moved_before);
	intervals__deinit(&window->moved_huge);
	intervals__deinit(&window->moved_maybe);
	free(window->calls);
	memset(window, 0, sizeof(*window));
}

void touch__end_window(struct touch *touch)
{
	scan_window__deinit(&touch->window);
}

void touch__begin_window(struct touch *touch, const struct touch_map *before)
{
	scan_window__deinit(&touch->window);
	touch->window.before = before;
}

int touch__window_known(struct touch *touch)
{
	struct scan_window *window = &touch->window;
	size_t i;
	int err = 0;

	/* Calls that have not returned yet. */
	for (i = 0; !err && i < window->call_count; i++)
		err = intervals__append(&window->dropped, window->calls[i].enter.start,
					window->calls[i].enter.end, 0);
	intervals__settle(&window->dropped);
	return err;
}

void scan_window__dropped(const struct scan_window *window, uint64_t address, uint64_t page_bytes,
			  uint64_t mask[CHUNK_WORDS])
{
	const struct intervals *set = &window->dropped;
	uint64_t start = address - address % (CHUNK_PAGES * page_bytes), part[CHUNK_WORDS];
	unsigned int word;
	size_t i;

	memset(mask, 0, CHUNK_WORDS * sizeof(*mask));
	for (i = intervals__first(set, start);
	     i < set->count && set->items[i].start < start + CHUNK_PAGES * page_bytes; i++) {
		chunk_mask(start, set->items[i].start, set->items[i].end, page_bytes, part);
		for (word = 0; word < CHUNK_WORDS; word++)
			mask[word] |= part[word];
	}
}

static int add_moved_ranges(const struct intervals *from, uint64_t start, uint64_t end, uint64_t to,
			    struct intervals *ret)
{
	size_t i;
	int err = 0;

	for (i = intervals__first(from, start);
	     !err && i < from->count && from->items[i].start < end; i++) {
		uint64_t first = from->items[i].start > start ? from->items[i].start : start;
		uint64_t last = from->items[i].end < end ? from->items[i].end : end;

		err = intervals__set(ret, first - start + to, last - start + to, 0);
	}
	return err;
}

/* A copy: the bits moved may be among those that they join. */
static int add_moved_taken(struct touch *touch, uint64_t start, uint64_t end, uint64_t to)
{
	struct chunk_bits *taken = &touch->window.taken, moved = { 0 };
	size_t i;
	int err;

	err = chunk_bits__add_moved(&moved, taken, start, end, to, touch->page_bytes);
	for (i = 0; !err && i < moved.count; i++)
		err = chunk_bits__add(taken, &moved.chunks[i]);
	chunk_bits__deinit(&moved);
	return err;
}

/* What we hold ourselves of the bits that moved. */
static int add_moved_held(struct touch *touch, uint64_t start, uint64_t end, uint64_t to)
{
	struct chunk_bits *taken = &touch->window.taken;
	uint64_t page = touch->page_bytes;
	size_t i;
	int err;

	err = chunk_bits__add_moved(taken, &touch->overlay, start, end, to, page);
	if (!err)
		err = chunk_bits__add_moved(taken, &touch->doubt.bits, start, end, to, page);
	for (i = 0; !err && i < touch->replay.count; i++)
		err = chunk_bits__add_moved(taken, &touch->replay.calls[i].bits, start, end, to,
					    page);
	return err;
}

/* The scan may have seen the pages of [start, end) where the call put them. */
static int window_moved(struct touch *touch, const struct map_enter *enter, uint64_t to)
{
	struct scan_window *window = &touch->window;
	uint64_t bytes = enter->new_start ? enter->new_end - enter->new_start : enter->new_end;
	uint64_t start = enter->start, end = enter->end;
	int err;

	if (end - start > bytes)
		end = start + bytes;
	if (to == start || start >= end)
		return 0;
	err = add_moved_taken(touch, start, end, to);
	if (!err)
		err = add_moved_held(touch, start, end, to);
	if (!err)
		err = add_moved_ranges(&touch->before, start, end, to, &window->moved_before);
	if (!err)
		err = add_moved_ranges(&touch->huge_seen, start, end, to, &window->moved_huge);
	if (!err)
		err = add_moved_ranges(&touch->huge_maybe, start, end, to, &window->moved_maybe);
	return err;
}

/* What mremap does to its old range is known when it returns. */
static int window_enter(struct scan_window *window, const struct map_event *event)
{
	const struct map_enter *enter = &event->enter;

	if (enter->op != MAP_OP_MREMAP)
		return intervals__append(&window->dropped, enter->start, enter->end, 0);
	if (array_reserve((void **)&window->calls, &window->call_capacity, window->call_count + 1,
			  sizeof(*window->calls)))
		return -ENOMEM;
	window->calls[window->call_count++] = (struct window_call){ event->tid, *enter };
	return enter->new_start
		       ? intervals__append(&window->dropped, enter->new_start, enter->new_end, 0)
		       : 0;
}

static bool grew_in_place(const struct map_enter *enter, int64_t result)
{
	return (uint64_t)result == enter->start && !enter->new_start &&
	       enter->new_end >= enter->end - enter->start;
}

static int end_call(struct touch *touch, const struct map_enter *enter, const struct map_exit *exit)
{
	struct map_enter moved, rest;
	int err;

	if (grew_in_place(enter, exit->result))
		return 0;
	err = intervals__append(&touch->window.dropped, enter->start, enter->end, 0);
	if (!err && map_call_split(enter, exit, &moved, &rest))
		return window_moved(touch, &moved, moved.new_start);
	return err || map_call_failed(enter, exit->result)
		       ? err
		       : window_moved(touch, enter, (uint64_t)exit->result);
}

static int window_exit(struct touch *touch, const struct map_event *event)
{
	struct scan_window *window = &touch->window;
	size_t i, kept = 0;
	int err = 0;

	for (i = 0; i < window->call_count; i++) {
		struct window_call call = window->calls[i];

		if (call.tid != event->tid)
			window->calls[kept++] = call;
		else if (!err)
			err = end_call(touch, &call.enter, &event->exit);
	}
	window->call_count = kept;
	/* It began before the scan did. */
	for (i = 0; !err && i < touch->replay.count; i++) {
		const struct replay_call *call = &touch->replay.calls[i];

		if (call->tid == event->tid && call->enter.op == MAP_OP_MREMAP)
			err = end_call(touch, &call->enter, &event->exit);
	}
	return err;
}

int touch__window_event(struct touch *touch, const struct map_event *event)
{
	struct scan_window *window = &touch->window;

	switch (event->type) {
	case MAP_EVENT_ENTER:
		return window_enter(window, event);
	case MAP_EVENT_CLOSED:
		return chunk_bits__add(&window->taken, event->closed);
	case MAP_EVENT_UNCLOSED:
		return intervals__append(&window->dropped, event->unclosed.start,
					 event->unclosed.end, 0);
	case MAP_EVENT_EXIT:
		return window_exit(touch, event);
	default:
		return 0;
	}
}
