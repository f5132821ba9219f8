/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Bits that user space holds: moved and taken by words, as page by page; calls over them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lives.h"
#include "model/lives/chunk_bits.h"

static bool has(const struct chunk_bits *bits, uint32_t page)
{
	const struct touch_chunk *chunk = chunk_bits__find(bits, address(page), PAGE);

	return chunk && chunk->written[page % CHUNK_PAGES / 64] >> (page % 64) & 1;
}

static void fill(struct world *world, struct chunk_bits *bits, bool pages[PAGES])
{
	uint32_t i;

	for (i = 0; i < PAGES; i++) {
		struct touch_chunk chunk = { .start = address(i - i % CHUNK_PAGES) };

		pages[i] = !below(world, 3);
		chunk.written[i % CHUNK_PAGES / 64] = 1ull << (i % 64);
		if (pages[i])
			assert_int_equal(chunk_bits__add(bits, &chunk), 0);
	}
}

static void random_moves(void **state)
{
	uint64_t seed;
	uint32_t i;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		struct world *world = world__new(seed);
		struct chunk_bits from = { 0 }, taken = { 0 }, moved = { 0 };
		struct span span = any_span(world, PAGES - 1);
		uint32_t to = below(world, PAGES - span.count);
		bool pages[PAGES];

		fill(world, &from, pages);
		assert_int_equal(chunk_bits__add_moved(&moved, &from, address(span.first),
						       address(span.first + span.count),
						       address(to), PAGE),
				 0);
		assert_int_equal(chunk_bits__take(&from, address(span.first),
						  address(span.first + span.count), PAGE, &taken),
				 0);
		assert_int_equal(from.touched, chunk_bits__count(&from).touched);
		assert_int_equal(taken.touched, chunk_bits__count(&taken).touched);
		assert_int_equal(moved.touched, chunk_bits__count(&moved).touched);
		for (i = 0; i < PAGES; i++) {
			bool inside = i >= span.first && i < span.first + span.count;
			bool arrived = i >= to && i < to + span.count;

			assert_int_equal(has(&taken, i), inside && pages[i]);
			assert_int_equal(has(&from, i), !inside && pages[i]);
			assert_int_equal(has(&moved, i), arrived && pages[i - to + span.first]);
		}
		chunk_bits__deinit(&from);
		chunk_bits__deinit(&taken);
		chunk_bits__deinit(&moved);
		world__free(world);
	}
}

static void handle(struct touch *touch, struct map_event event)
{
	assert_int_equal(touch__handle(touch, &event), 0);
}

static struct map_event event(enum map_event_type type, uint32_t tid)
{
	return (struct map_event){ .type = type, .tid = tid, .time_ns = 1000 };
}

static struct map_event enter(uint32_t tid, enum map_op op, uint64_t start, uint64_t end)
{
	struct map_event enter = event(MAP_EVENT_ENTER, tid);

	enter.enter = (struct map_enter){ .op = op, .start = start, .end = end };
	return enter;
}

static void close_bits(struct touch *touch, uint32_t tid, uint64_t start, uint64_t words)
{
	const struct touch_chunk chunk = { .start = start, .written = { words } };
	struct map_event closed = event(MAP_EVENT_CLOSED, tid);

	closed.closed = &chunk;
	handle(touch, closed);
}

static void leave(struct touch *touch, uint32_t tid, int64_t result)
{
	struct map_event exit = event(MAP_EVENT_EXIT, tid);

	exit.exit.result = result;
	handle(touch, exit);
}

static uint64_t written(const struct touch *touch, uint64_t at)
{
	const struct touch_map none = { 0 };
	struct touch_bits bits;

	touch__bits(touch, &none, at, &bits);
	return bits.sure.written[0];
}

static uint64_t retired(struct touch *touch)
{
	struct retired *lives;
	uint64_t pages = 0;
	size_t count, i;

	assert_int_equal(touch__retired(touch, &lives, &count), 0);
	for (i = 0; i < count; i++)
		pages += lives[i].pages_touched;
	free(lives);
	touch__forget_retired(touch);
	return pages;
}

/* As often as a program likes: each costs as much as the first. */
static void failing_calls(void **state)
{
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	struct page_run run = { .start = BASE, .end = BASE + PAGE, .state = PAGE_ANON };
	struct page_runs runs = { .runs = &run, .count = 1 };
	const struct touch_map none = { 0 };
	uint64_t unsure = 0;
	uint32_t i;

	(void)state;
	assert_non_null(touch);
	handle(touch, enter(1, MAP_OP_REMOVE, BASE, BASE + 512 * PAGE));
	close_bits(touch, 1, BASE, 0x7);
	leave(touch, 1, -EINVAL);
	for (i = 0; i < 1000000; i++) {
		handle(touch, enter(1, MAP_OP_REMOVE, BASE, BASE + 512 * PAGE));
		leave(touch, 1, -EINVAL);
	}
	assert_int_equal(touch__settle(touch, &none, &runs, &unsure), 0);
	assert_int_equal(written(touch, BASE), 0x1);
	assert_int_equal(retired(touch), 2);
	touch__free(touch);
}

/* A block of 2,000 chunks grows by one page a call, where it is: no call costs its chunks. */
static void growing_block(void **state)
{
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	uint64_t chunk_bytes = CHUNK_PAGES * PAGE, start = 1ull << 40, bytes = 2000 * chunk_bytes;
	struct map_event grow;
	uint32_t i;

	(void)state;
	assert_non_null(touch);
	grow = enter(1, MAP_OP_MREMAP, start - bytes, start);
	grow.enter.new_start = start;
	grow.enter.new_end = start + bytes;
	handle(touch, grow);
	for (i = 0; i < 2000; i++)
		close_bits(touch, 1, start - bytes + i * chunk_bytes, 0xf0);
	leave(touch, 1, (int64_t)start);
	for (i = 0; i < 1000000; i++) {
		grow = enter(1, MAP_OP_MREMAP, start, start + bytes);
		bytes += PAGE;
		grow.enter.new_end = bytes;
		handle(touch, grow);
		leave(touch, 1, (int64_t)start);
	}
	for (i = 0; i < 2000; i++)
		assert_int_equal(written(touch, start + i * chunk_bytes), 0xf0);
	assert_int_equal(retired(touch), 0);
	touch__free(touch);
}

static void move_block(struct touch *touch, uint32_t chunks)
{
	uint64_t chunk_bytes = CHUNK_PAGES * PAGE, start = 1ull << 40, bytes = chunks * chunk_bytes;
	struct map_event move = enter(1, MAP_OP_MREMAP, start - bytes, start);
	uint32_t i;

	move.enter.new_start = start;
	move.enter.new_end = start + bytes;
	handle(touch, move);
	for (i = 0; i < chunks; i++)
		close_bits(touch, 1, start - bytes + i * chunk_bytes, 0xf0);
	leave(touch, 1, (int64_t)start);
}

static uint64_t cpu_ns(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* CPU time of calls that end lives elsewhere, after so many chunks were moved. */
static uint64_t time_of_calls(uint32_t moved)
{
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	uint64_t start;
	uint32_t i;

	assert_non_null(touch);
	move_block(touch, moved);
	start = cpu_ns();
	for (i = 0; i < 20000; i++) {
		handle(touch, enter(1, MAP_OP_MUNMAP, BASE, BASE + 64 * PAGE));
		close_bits(touch, 1, BASE, 0xf);
		leave(touch, 1, 0);
	}
	start = cpu_ns() - start;
	touch__free(touch);
	return start;
}

/* Ten times is noise. A look at each moved chunk, at each call, made it a thousand times. */
static void calls_elsewhere(void **state)
{
	uint64_t few = time_of_calls(1);

	(void)state;
	assert_true(time_of_calls(5000) < 10 * few);
}

/* While a block is on the move another thread gets its old address, and gives it back. */
static void reused_while_moving(void **state)
{
	struct touch *touch = touch__new(PAGE, CHUNK_PAGES * PAGE, true);
	uint64_t chunk_bytes = CHUNK_PAGES * PAGE, to = BASE + 8 * chunk_bytes;
	struct map_event move, map;

	(void)state;
	assert_non_null(touch);
	/* Held by us from here on: a refused call took them. */
	handle(touch, enter(1, MAP_OP_MUNMAP, BASE, BASE + 64 * PAGE));
	close_bits(touch, 1, BASE, 0xff00);
	leave(touch, 1, -EINVAL);
	move = enter(1, MAP_OP_MREMAP, BASE, BASE + 64 * PAGE);
	move.enter.new_end = 64 * PAGE;
	handle(touch, move);
	map = enter(2, MAP_OP_MMAP, 0, 0);
	map.enter.new_end = 64 * PAGE;
	handle(touch, map);
	leave(touch, 2, (int64_t)BASE);
	handle(touch, enter(2, MAP_OP_MUNMAP, BASE, BASE + 64 * PAGE));
	close_bits(touch, 2, BASE, 0xf);
	leave(touch, 2, 0);
	assert_int_equal(retired(touch), 4);
	leave(touch, 1, (int64_t)to);
	assert_int_equal(written(touch, BASE), 0);
	assert_int_equal(written(touch, to), 0xff00);
	assert_int_equal(retired(touch), 0);
	touch__free(touch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_moves),	       cmocka_unit_test(failing_calls),
		cmocka_unit_test(growing_block),       cmocka_unit_test(calls_elsewhere),
		cmocka_unit_test(reused_while_moving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
