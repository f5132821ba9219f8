/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The lives of one address space. */
#include "model/lives/touch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"
#include "model/lives/touch_priv.h"

struct touch *touch__new(uint64_t page_bytes, uint64_t pmd_bytes, bool tells_writes)
{
	struct touch *touch = calloc(1, sizeof(*touch));

	if (!touch)
		return NULL;
	touch->page_bytes = touch->replay.page_bytes = page_bytes;
	touch->pmd_bytes = pmd_bytes;
	touch->tells_writes = tells_writes;
	return touch;
}

void touch__free(struct touch *touch)
{
	if (!touch)
		return;
	replay__deinit(&touch->replay);
	chunk_bits__deinit(&touch->doubt.bits);
	intervals__deinit(&touch->before);
	intervals__deinit(&touch->ended_early);
	intervals__deinit(&touch->huge_seen);
	intervals__deinit(&touch->huge_maybe);
	scan_window__deinit(&touch->window);
	intervals__deinit(&touch->births);
	chunk_bits__deinit(&touch->overlay);
	chunk_bits__deinit(&touch->last);
	free(touch->retired);
	free(touch);
}

int touch__inherit_all(struct touch *touch)
{
	return intervals__set(&touch->before, 0, ADDRESS_END, 0);
}

struct touch *touch__fork(const struct touch *parent)
{
	struct touch *child =
		touch__new(parent->page_bytes, parent->pmd_bytes, parent->tells_writes);

	if (!child)
		return NULL;
	if (touch__inherit_all(child) || intervals__copy(&parent->births, &child->births)) {
		touch__free(child);
		errno = ENOMEM;
		return NULL;
	}
	return child;
}

void touch__expect_baseline(struct touch *touch)
{
	touch->expects_baseline = true;
}

int touch__set_baseline(struct touch *touch, const struct page_runs *runs)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < runs->count; i++) {
		if (page_state_resident(runs->runs[i].state))
			err = intervals__set(&touch->before, runs->runs[i].start, runs->runs[i].end,
					     0);
	}
	for (i = 0; !err && i < touch->ended_early.count; i++)
		err = intervals__cut(&touch->before, touch->ended_early.items[i].start,
				     touch->ended_early.items[i].end);
	intervals__deinit(&touch->ended_early);
	touch->expects_baseline = false;
	return err;
}

/* Kept until touch__count_holes. */
static void note_hole(struct touch *touch, const struct map_event *event)
{
	struct hole *hole = &touch->holes[touch->hole_count];

	if (touch->hole_count < TOUCH_HOLES_MAX) {
		touch->hole_count++;
		*hole = (struct hole){ event->hole, event->time_ns };
		return;
	}
	/* Too many to distinguish. */
	touch->holes[0] = (struct hole){ { .end = UINT64_MAX }, event->time_ns };
}

void touch__listen(struct touch *touch, touch_hear *hear, void *ctx)
{
	touch->hear = hear;
	touch->hear_ctx = ctx;
}

static int on_change(void *ctx, const struct map_change *change)
{
	struct touch *touch = ctx;
	int err = touch_change(touch, change);

	return err || !touch->hear ? err : touch->hear(touch->hear_ctx, change);
}

int touch__handle(struct touch *touch, const struct map_event *event)
{
	if (event->type == MAP_EVENT_ENTER)
		touch_peak_enter(touch, &event->enter);
	if (event->type != MAP_EVENT_HOLE)
		return replay__handle(&touch->replay, event, on_change, touch);
	note_hole(touch, event);
	return 0;
}

bool touch__unsettled(const struct touch *touch)
{
	return touch->replay.count || touch->doubt.bits.count;
}

int touch__pending(const struct touch *touch, uint32_t tid, struct intervals *ret)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < touch->replay.count; i++) {
		const struct replay_call *call = &touch->replay.calls[i];
		const struct map_enter *enter = &call->enter;

		if (tid && call->tid != tid)
			continue;
		err = intervals__append(ret, enter->start, enter->end, 0);
		if (!err && enter->new_start)
			err = intervals__append(ret, enter->new_start, enter->new_end, 0);
	}
	return err;
}

int touch__note_scan(struct touch *touch, const struct page_runs *runs)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < runs->count; i++) {
		const struct page_run *run = &runs->runs[i];

		if (run->state == PAGE_ANON_HUGE)
			err = intervals__set(&touch->huge_seen, run->start, run->end, 0);
		else if (run->maybe_huge)
			err = intervals__set(&touch->huge_maybe, run->start, run->end, 0);
	}
	return err;
}

static uint64_t next_held(const struct chunk_bits *bits, uint64_t address)
{
	size_t next = sorted_at_least(bits->chunks, bits->count, sizeof(*bits->chunks),
				      offsetof(struct touch_chunk, start), address);

	return next < bits->count ? bits->chunks[next].start : UINT64_MAX;
}

static uint64_t smaller_address(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_called(const struct replay *list, uint64_t address)
{
	uint64_t next = UINT64_MAX;
	size_t i;

	for (i = 0; i < list->count; i++)
		next = smaller_address(next, next_held(&list->calls[i].bits, address));
	return next;
}

static uint64_t next_copied(const struct touch_map *map, uint64_t address)
{
	size_t at = touch_map_lower_bound(map, address);

	return at < map->count ? map->chunks[at].start : UINT64_MAX;
}

uint64_t touch__next_chunk(const struct touch *touch, const struct touch_map *map, uint64_t address)
{
	uint64_t next = next_copied(map, address);

	next = smaller_address(next, next_held(&touch->overlay, address));
	next = smaller_address(next, next_held(&touch->window.taken, address));
	next = smaller_address(next, next_called(&touch->replay, address));
	next = smaller_address(next, next_held(&touch->doubt.bits, address));
	return touch->window.before
		       ? smaller_address(next, next_copied(touch->window.before, address))
		       : next;
}
