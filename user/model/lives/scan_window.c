/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Calls during a scan. */
#include "model/lives/scan_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/lives/touch_priv.h"

void scan_window__deinit(struct scan_window *window)
{
	chunk_bits__deinit(&window->taken);
	intervals__deinit(&window->dropped);
	intervals__deinit(&window->moved_before);
	intervals__deinit(&window->moved_huge);
	intervals__deinit(&window->moved_maybe);
	replay__deinit(&window->replay);
	memset(window, 0, sizeof(*window));
}

void touch__end_window(struct touch *touch)
{
	scan_window__deinit(&touch->window);
}

int touch__begin_window(struct touch *touch, const struct touch_map *before)
{
	struct scan_window *window = &touch->window;

	scan_window__deinit(window);
	window->before = before;
	return replay__copy_calls(&window->replay, &touch->replay);
}

static int note_dropped(struct scan_window *window, uint64_t start, uint64_t end)
{
	return intervals__append(&window->dropped, start, end, 0);
}

/* For mremap the old range: its fate is known when the call returns. */
static int drop_called(struct scan_window *window, const struct map_enter *enter)
{
	int err = note_dropped(window, enter->start, enter->end);

	if (!err && enter->op == MAP_OP_MREMAP && enter->new_start)
		err = note_dropped(window, enter->new_start, enter->new_end);
	return err;
}

int touch__window_known(struct touch *touch)
{
	struct scan_window *window = &touch->window;
	size_t i;
	int err = 0;

	/* Calls that are still pending. */
	for (i = 0; !err && i < window->replay.count; i++)
		err = drop_called(window, &window->replay.calls[i].enter);
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
	size_t at = intervals__first(from, start);
	struct interval part;
	int err = 0;

	while (!err && intervals__part(from, &at, start, end, &part))
		err = intervals__set(ret, part.start - start + to, part.end - start + to, 0);
	return err;
}

/* A copy, because the moved bits may be among those they are merged with. */
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

/* The moved bits that user space holds itself. */
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

/* The scan may have seen the pages of [start, end) at their new place. */
static int window_moved(struct touch *touch, uint64_t start, uint64_t end, uint64_t to)
{
	struct scan_window *window = &touch->window;
	int err;

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

static int on_change(void *ctx, const struct map_change *change)
{
	struct touch *touch = ctx;
	int err;

	if (change->type == MAP_CHANGE_BEGAN ||
	    (change->type == MAP_CHANGE_MOVED && change->to == change->start))
		return 0;
	err = note_dropped(&touch->window, change->start, change->end);
	return err || change->type != MAP_CHANGE_MOVED
		       ? err
		       : window_moved(touch, change->start, change->end, change->to);
}

static int window_enter(struct touch *touch, const struct map_event *event)
{
	const struct map_enter *enter = &event->enter;
	int err = 0;

	if (enter->op != MAP_OP_MREMAP)
		err = note_dropped(&touch->window, enter->start, enter->end);
	else if (enter->new_start)
		err = note_dropped(&touch->window, enter->new_start, enter->new_end);
	return err ? err : replay__handle(&touch->window.replay, event, on_change, touch);
}

int touch__window_event(struct touch *touch, const struct map_event *event)
{
	struct scan_window *window = &touch->window;

	switch (event->type) {
	case MAP_EVENT_ENTER:
		return window_enter(touch, event);
	case MAP_EVENT_CLOSED:
		return chunk_bits__add(&window->taken, event->closed);
	case MAP_EVENT_UNCLOSED:
		return note_dropped(window, event->unclosed.start, event->unclosed.end);
	case MAP_EVENT_EXIT:
		return replay__handle(&window->replay, event, on_change, touch);
	default:
		return 0;
	}
}
