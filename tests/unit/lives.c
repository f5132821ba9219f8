/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What happens to a small address space, page by page. */
#include "lives.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "model/lives/chunk_bits.h"

uint32_t below(struct world *world, uint32_t limit)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return (uint32_t)(world->random % limit);
}

struct span any_span(struct world *world, uint32_t longest)
{
	uint32_t count = 1 + below(world, longest);

	return (struct span){ below(world, PAGES - count), count };
}

uint64_t address(uint32_t page)
{
	return BASE + (uint64_t)page * PAGE;
}

static bool has_bits(const struct touch_chunk *chunk)
{
	uint64_t any = 0;
	int i;

	for (i = 0; i < (int)CHUNK_WORDS; i++)
		any |= chunk->read[i] | chunk->written[i];
	return any;
}

void copy_kernel(const struct world *world, struct touch_map *ret)
{
	uint32_t i;

	*ret = (struct touch_map){ 0 };
	for (i = 0; i < CHUNKS; i++) {
		if (has_bits(&world->kernel[i]))
			assert_int_equal(touch_map_add(ret, &world->kernel[i]), 0);
	}
}

static void fault(struct world *world, uint32_t page, bool write)
{
	struct touch_chunk *chunk = &world->kernel[page / CHUNK_PAGES];
	uint64_t bit = 1ull << (page % 64);

	if (write)
		chunk->written[page % CHUNK_PAGES / 64] |= bit;
	else
		chunk->read[page % CHUNK_PAGES / 64] |= bit;
	world->ever[page] = true;
	world->pages[page].read |= !write;
	world->pages[page].written |= write;
}

static void op_touch(struct world *world)
{
	struct span span = any_span(world, 61);
	bool write = below(world, 2);
	uint32_t i;

	for (i = span.first; i < span.first + span.count; i++) {
		enum page_state state = world->pages[i].state;

		if (state != PAGE_ABSENT && !(write && state == PAGE_ZERO))
			continue;
		fault(world, i, write);
		world->pages[i].state = write ? PAGE_ANON : PAGE_ZERO;
	}
}

void op_populate(struct world *world)
{
	struct span span = any_span(world, 31);
	uint32_t i;

	for (i = span.first; i < span.first + span.count; i++) {
		if (world->pages[i].state == PAGE_ABSENT)
			world->pages[i].state = PAGE_ANON;
	}
}

static void op_huge(struct world *world)
{
	uint32_t first = below(world, CHUNKS) * CHUNK_PAGES, i;

	for (i = 0; i < CHUNK_PAGES; i++) {
		if (world->pages[first + i].state != PAGE_ABSENT)
			return;
	}
	for (i = 0; i < CHUNK_PAGES; i++)
		world->pages[first + i].state = PAGE_ANON_HUGE;
	fault(world, first + below(world, CHUNK_PAGES), true);
}

static void deliver(struct world *world, const struct map_event *event)
{
	if (world->scanning) {
		assert_int_equal(touch__window_event(world->touch, event), 0);
		assert_int_equal(array_reserve((void **)&world->late, &world->late_capacity,
					       world->late_count + 1, sizeof(*world->late)),
				 0);
		world->late[world->late_count++] =
			(struct late){ *event, event->type == MAP_EVENT_CLOSED
						       ? *event->closed
						       : (struct touch_chunk){ 0 } };
		return;
	}
	assert_int_equal(touch__handle(world->touch, event), 0);
}

static void send(struct world *world, const struct map_event *event)
{
	struct map_event counted = *event;

	if (event->type == MAP_EVENT_ENTER) {
		counted.enter.touched = count_kernel(world);
		note_peak(world);
	}
	deliver(world, &counted);
}

/* What the kernel side does at the entry of a call over a range. */
static void close_span(struct world *world, struct span span, uint32_t tid)
{
	uint32_t i, word;

	for (i = 0; i < CHUNKS; i++) {
		struct touch_chunk chunk = { .start = address(i * CHUNK_PAGES) };
		struct map_event event = { .type = MAP_EVENT_CLOSED, .tid = tid, .closed = &chunk };
		uint64_t mask[CHUNK_WORDS], any = 0;

		chunk_mask(address(i * CHUNK_PAGES), address(span.first),
			   address(span.first + span.count), PAGE, mask);
		for (word = 0; word < CHUNK_WORDS; word++) {
			chunk.read[word] = world->kernel[i].read[word] & mask[word];
			chunk.written[word] = world->kernel[i].written[word] & mask[word];
			world->kernel[i].read[word] &= ~mask[word];
			world->kernel[i].written[word] &= ~mask[word];
			any |= chunk.read[word] | chunk.written[word];
		}
		if (any)
			send(world, &event);
	}
}

/* A huge page that loses a part is mapped by small ones from then on. */
static void split_huge(struct world *world, struct span span)
{
	uint32_t chunk, i;

	for (chunk = 0; chunk < PAGES; chunk += CHUNK_PAGES) {
		if (span.first >= chunk + CHUNK_PAGES || span.first + span.count <= chunk)
			continue;
		for (i = chunk; i < chunk + CHUNK_PAGES; i++) {
			if (world->pages[i].state == PAGE_ANON_HUGE)
				world->pages[i].state = PAGE_ANON;
		}
	}
}

static void end_pages(struct world *world, struct span span)
{
	uint32_t i;

	split_huge(world, span);
	for (i = span.first; i < span.first + span.count; i++) {
		world->ended += world->pages[i].read || world->pages[i].written;
		world->pages[i] = (struct page){ .state = PAGE_ABSENT };
	}
}

static struct map_event enter(enum map_op op, struct span span)
{
	return (struct map_event){
		.type = MAP_EVENT_ENTER,
		.enter.op = op,
		.tid = 1,
		.enter.start = address(span.first),
		.enter.end = address(span.first + span.count),
		.time_ns = 1000,
	};
}

static void leave(struct world *world, int64_t result)
{
	send(world,
	     &(struct map_event){
		     .type = MAP_EVENT_EXIT, .tid = 1, .exit.result = result, .time_ns = 2000 });
}

static void op_drop(struct world *world)
{
	struct span span = any_span(world, 301);
	struct map_event event = enter(below(world, 2) ? MAP_OP_DONTNEED : MAP_OP_MUNMAP, span);

	send(world, &event);
	close_span(world, span, 1);
	end_pages(world, span);
	leave(world, event.enter.op == MAP_OP_DONTNEED && below(world, 2) ? -ENOMEM : 0);
}

static void op_map_fixed(struct world *world)
{
	struct span span = any_span(world, 301);
	struct map_event event = enter(MAP_OP_MMAP, span);

	event.enter.new_end = (uint64_t)span.count * PAGE;
	send(world, &event);
	close_span(world, span, 1);
	end_pages(world, span);
	leave(world, (int64_t)address(span.first));
}

/* Fails before it did anything: every bit stays. */
static void op_fail(struct world *world)
{
	struct span span = any_span(world, 301);
	struct map_event event = enter(below(world, 2) ? MAP_OP_MUNMAP : MAP_OP_DONTNEED, span);

	send(world, &event);
	close_span(world, span, 1);
	leave(world, -EINVAL);
}

/* Fails half way, and it is known where. */
static void op_refused(struct world *world)
{
	struct span span = any_span(world, 301);
	uint32_t reached = (uint32_t)below(world, span.count + 1);
	struct map_event event = enter(MAP_OP_DONTNEED, span);

	send(world, &event);
	close_span(world, span, 1);
	end_pages(world, (struct span){ span.first, reached });
	event = (struct map_event){ .type = MAP_EVENT_EXIT,
				    .tid = 1,
				    .exit.result = -EINVAL,
				    .exit.refused_at = address(span.first + reached),
				    .time_ns = 2000 };
	send(world, &event);
}

/* Two ranges in one call, of which the first alone is reached. */
static void op_parts(struct world *world)
{
	struct span one = any_span(world, 53), two = any_span(world, 53);
	struct map_event event = enter(MAP_OP_DONTNEED, one);

	event.enter.part = true;
	send(world, &event);
	close_span(world, one, 1);
	end_pages(world, one);
	event = enter(MAP_OP_DONTNEED, two);
	event.enter.part = true;
	send(world, &event);
	close_span(world, two, 1);
	leave(world, (int64_t)one.count * PAGE);
}

static void op_move(struct world *world)
{
	struct span from = any_span(world, 307);
	struct span to = { below(world, PAGES - from.count), from.count };
	struct map_event event = enter(MAP_OP_MREMAP, from);
	uint32_t i;

	if (to.first < from.first + from.count && from.first < to.first + to.count)
		return;
	event.enter.new_start = address(to.first);
	event.enter.new_end = address(to.first + to.count);
	send(world, &event);
	close_span(world, to, 1);
	close_span(world, from, 1);
	end_pages(world, to);
	split_huge(world, from);
	for (i = 0; i < from.count; i++) {
		world->pages[to.first + i] = world->pages[from.first + i];
		world->pages[from.first + i] = (struct page){ .state = PAGE_ABSENT };
		world->ever[to.first + i] |= world->ever[from.first + i];
	}
	leave(world, (int64_t)address(to.first));
}

/* Several mappings, of which the call moved the first ones before it was refused. */
static void op_move_part(struct world *world)
{
	struct span from = any_span(world, 307);
	struct span to = { below(world, PAGES - from.count), from.count };
	struct map_event event = enter(MAP_OP_MREMAP, from);
	uint32_t reached = below(world, from.count + 1), i;

	if (to.first < from.first + from.count && from.first < to.first + to.count)
		return;
	event.enter.several = true;
	event.enter.new_start = address(to.first);
	event.enter.new_end = address(to.first + to.count);
	send(world, &event);
	close_span(world, to, 1);
	close_span(world, from, 1);
	end_pages(world, (struct span){ to.first, reached });
	split_huge(world, (struct span){ from.first, reached });
	for (i = 0; i < reached; i++) {
		world->pages[to.first + i] = world->pages[from.first + i];
		world->pages[from.first + i] = (struct page){ .state = PAGE_ABSENT };
		world->ever[to.first + i] |= world->ever[from.first + i];
	}
	event = (struct map_event){ .type = MAP_EVENT_EXIT,
				    .tid = 1,
				    .exit.result = below(world, 2) ? -EPERM : -EFAULT,
				    .exit.refused_at = address(from.first + reached),
				    .time_ns = 2000 };
	send(world, &event);
}

void op_random(struct world *world)
{
	void (*const operations[])(struct world *) = {
		op_touch, op_touch, op_touch,	op_populate, op_huge,	   op_drop,
		op_move,  op_fail,  op_refused, op_parts,    op_map_fixed, op_move_part,
	};

	operations[below(world, sizeof(operations) / sizeof(operations[0]))](world);
}

void scan_begin(struct world *world)
{
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		world->ever[i] = world->pages[i].read || world->pages[i].written;
	touch_map_deinit(&world->before);
	copy_kernel(world, &world->before);
	assert_int_equal(touch__begin_window(world->touch, &world->before), 0);
	world->scanning = true;
}

static void send_late(struct world *world, struct late *late)
{
	if (late->event.type == MAP_EVENT_CLOSED)
		late->event.closed = &late->chunk;
	deliver(world, &late->event);
}

void scan_end(struct world *world)
{
	size_t i;

	world->scanning = false;
	touch__end_window(world->touch);
	for (i = 0; i < world->late_count; i++)
		send_late(world, &world->late[i]);
	world->late_count = 0;
}

struct world *world__new(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	uint32_t i;

	if (!world)
		return NULL;
	world->random = seed * 0x9e3779b97f4a7c15ull;
	for (i = 0; i < CHUNKS; i++)
		world->kernel[i].start = address(i * CHUNK_PAGES);
	for (i = 0; i < PAGES; i++)
		world->pages[i].state = PAGE_ABSENT;
	world->touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	if (!world->touch) {
		free(world);
		return NULL;
	}
	return world;
}

void world__free(struct world *world)
{
	touch__free(world->touch);
	free(world->late);
	touch_map_deinit(&world->before);
	free(world);
}
