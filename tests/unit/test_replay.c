/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Threads that map, unmap and move at the same time, each its own: an address that one gave back
 * another gets at once, while the first has not returned yet. By an account page by page.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/lives/replay.h"
#include "model/lives/touch.h"

#define PAGE 4096u
#define BASE 0x10000000ull
#define PAGES 97u
#define THREADS 5u
#define STEPS 200011

/* Where a call of a thread is. */
enum stage { OUTSIDE, ENTERED, DONE };

struct thread {
	enum stage stage;
	struct map_event event; /* of its entry */
	int64_t result;
	uint32_t mapping; /* its own; 0: none */
};

struct scene {
	uint64_t random;
	uint32_t mappings; /* made so far */
	struct thread threads[THREADS];
	uint32_t truth[PAGES]; /* the mapping of each page */
	uint32_t told[PAGES];
	uint32_t aside[MAP_CHANGE_ASIDES][PAGES];
	struct replay replay;
};

static uint32_t below(struct scene *scene, uint32_t limit)
{
	scene->random ^= scene->random << 13;
	scene->random ^= scene->random >> 7;
	scene->random ^= scene->random << 17;
	return (uint32_t)(scene->random % limit);
}

static uint64_t address(uint32_t page)
{
	return BASE + (uint64_t)page * PAGE;
}

static uint32_t *told_at(struct scene *scene, uint64_t at)
{
	uint64_t high = at >> MAP_CHANGE_ASIDE_SHIFT;
	uint64_t page = (at - (high << MAP_CHANGE_ASIDE_SHIFT) - BASE) / PAGE;

	assert_true(page < PAGES);
	return at & MAP_CHANGE_ASIDE ? &scene->aside[high % MAP_CHANGE_ASIDES][page]
				     : &scene->told[page];
}

static int on_change(void *ctx, const struct map_change *change)
{
	uint32_t moved[PAGES];
	struct scene *scene = ctx;
	uint64_t at;

	for (at = change->start; at < change->end; at += PAGE) {
		uint32_t *told = told_at(scene, at);

		moved[(at - change->start) / PAGE] = *told;
		if (change->type == MAP_CHANGE_BEGAN) {
			/* What was there has ended: that was told before. */
			assert_int_equal(*told, 0);
			*told = change->resizes ? *told_at(scene, at - PAGE)
						: (uint32_t)change->time_ns;
		} else if ((change->type == MAP_CHANGE_ENDED &&
			    !map_op_keeps_mapping(change->how)) ||
			   (change->type == MAP_CHANGE_MOVED && change->to != change->start)) {
			*told = 0;
		}
	}
	for (at = change->start;
	     change->type == MAP_CHANGE_MOVED && change->to != change->start && at < change->end;
	     at += PAGE)
		*told_at(scene, at - change->start + change->to) =
			moved[(at - change->start) / PAGE];
	return 0;
}

static void send(struct scene *scene, const struct map_event *event)
{
	assert_int_equal(replay__handle(&scene->replay, event, on_change, scene), 0);
}

static uint32_t count_of(const struct scene *scene, uint32_t mapping, uint32_t *first)
{
	uint32_t count = 0, i;

	for (i = 0; i < PAGES; i++) {
		if (scene->truth[i] != mapping)
			continue;
		*first = count ? *first : i;
		count++;
	}
	return count;
}

/* As many free pages in a row, lowest first, as the kernel might give them; PAGES: there are none. */
static uint32_t find_free(const struct scene *scene, uint32_t count)
{
	uint32_t run = 0, i;

	for (i = 0; i < PAGES; i++) {
		run = scene->truth[i] ? 0 : run + 1;
		if (run == count)
			return i + 1 - count;
	}
	return PAGES;
}

static void enter(struct scene *scene, struct thread *thread)
{
	static const enum map_op ops[] = { MAP_OP_MUNMAP, MAP_OP_DONTNEED, MAP_OP_MREMAP,
					   MAP_OP_MREMAP };
	uint32_t first = 0, count, tid = (uint32_t)(thread - scene->threads) + 1;

	thread->event = (struct map_event){ .type = MAP_EVENT_ENTER, .tid = tid };
	if (thread->mapping) {
		count = count_of(scene, thread->mapping, &first);
		thread->event.enter.op = ops[below(scene, 4)];
		thread->event.enter.start = address(first);
		thread->event.enter.end = address(first + count);
	} else {
		thread->mapping = ++scene->mappings;
		thread->event.time_ns = thread->mapping;
	}
	if (thread->event.enter.op == MAP_OP_MMAP || thread->event.enter.op == MAP_OP_MREMAP)
		thread->event.enter.new_end = (1 + (uint64_t)below(scene, 23)) * PAGE;
	thread->stage = ENTERED;
	send(scene, &thread->event);
}

static void move(struct scene *scene, struct thread *thread)
{
	uint32_t first = 0, count = count_of(scene, thread->mapping, &first), i, to;
	uint32_t wanted = (uint32_t)(thread->event.enter.new_end / PAGE);

	thread->result = (int64_t)thread->event.enter.start;
	if (wanted <= count) {
		for (i = wanted; i < count; i++)
			scene->truth[first + i] = 0;
		return;
	}
	to = find_free(scene, wanted);
	if (to == PAGES) {
		thread->result = -ENOMEM;
		return;
	}
	for (i = 0; i < count; i++)
		scene->truth[first + i] = 0;
	for (i = 0; i < wanted; i++)
		scene->truth[to + i] = thread->mapping;
	thread->result = (int64_t)address(to);
}

static void map(struct scene *scene, struct thread *thread)
{
	uint32_t count = (uint32_t)(thread->event.enter.new_end / PAGE), i;
	uint32_t first = find_free(scene, count);

	thread->result = -ENOMEM;
	if (first == PAGES)
		return;
	for (i = 0; i < count; i++)
		scene->truth[first + i] = thread->mapping;
	thread->result = (int64_t)address(first);
}

/* What the kernel does between the entry and the exit. */
static void act(struct scene *scene, struct thread *thread)
{
	uint32_t i;

	thread->result = 0;
	thread->stage = DONE;
	if (thread->event.enter.op == MAP_OP_MMAP)
		map(scene, thread);
	else if (thread->event.enter.op == MAP_OP_MREMAP)
		move(scene, thread);
	for (i = 0; thread->event.enter.op == MAP_OP_MUNMAP && i < PAGES; i++) {
		if (scene->truth[i] == thread->mapping)
			scene->truth[i] = 0;
	}
}

static void leave(struct scene *scene, struct thread *thread)
{
	const struct map_event exit = { .type = MAP_EVENT_EXIT,
					.tid = thread->event.tid,
					.time_ns = thread->event.time_ns,
					.exit = { .result = thread->result } };

	send(scene, &exit);
	thread->stage = OUTSIDE;
	if (thread->event.enter.op == MAP_OP_MUNMAP ||
	    (thread->event.enter.op == MAP_OP_MMAP && thread->result < 0))
		thread->mapping = 0;
}

static void compare(const struct scene *scene)
{
	static const uint32_t none[MAP_CHANGE_ASIDES][PAGES];
	uint32_t i;

	for (i = 0; i < THREADS; i++)
		if (scene->threads[i].stage != OUTSIDE)
			return;
	for (i = 0; i < PAGES; i++)
		assert_int_equal(scene->told[i], scene->truth[i]);
	assert_memory_equal(scene->aside, none, sizeof(none));
}

static void test_threads(void **unused)
{
	static struct scene scene;
	int step;

	(void)unused;
	scene = (struct scene){ .random = 88172645463325252u, .replay = { .page_bytes = PAGE } };
	for (step = 0; step < STEPS; step++) {
		struct thread *thread = &scene.threads[below(&scene, THREADS)];

		if (thread->stage == OUTSIDE)
			enter(&scene, thread);
		else if (thread->stage == ENTERED)
			act(&scene, thread);
		else
			leave(&scene, thread);
		compare(&scene);
	}
	replay__deinit(&scene.replay);
}

static void handle(struct touch *touch, uint32_t tid, enum map_event_type type, enum map_op op,
		   uint64_t start, uint64_t end, uint64_t new_end)
{
	struct map_event event = { .type = type, .tid = tid, .time_ns = 100 * tid };

	if (type == MAP_EVENT_EXIT)
		event.exit = (struct map_exit){ .result = (int64_t)start };
	else
		event.enter = (struct map_enter){
			.op = op, .start = start, .end = end, .new_end = new_end
		};
	assert_int_equal(touch__handle(touch, &event), 0);
}

/* The address of an munmap that has not returned is mapped anew: that mapping's birth is known. */
static void test_birth_of_a_reused_address(void **unused)
{
	struct touch *touch = touch__new(PAGE, 512 * PAGE, true);
	uint64_t start = address(0), end = address(8);
	struct retired *lives;
	size_t count;

	(void)unused;
	assert_non_null(touch);
	handle(touch, 1, MAP_EVENT_ENTER, MAP_OP_MUNMAP, start, end, 0);
	handle(touch, 2, MAP_EVENT_ENTER, MAP_OP_MMAP, 0, 0, end - start);
	handle(touch, 2, MAP_EVENT_EXIT, 0, start, 0, 0);
	handle(touch, 1, MAP_EVENT_EXIT, 0, 0, 0, 0);
	handle(touch, 2, MAP_EVENT_ENTER, MAP_OP_MUNMAP, start, end, 0);
	handle(touch, 2, MAP_EVENT_EXIT, 0, 0, 0, 0);
	assert_int_equal(touch__retired(touch, &lives, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(lives[0].created_ns + lives[1].created_ns, 200);
	free(lives);
	touch__free(touch);
}

/* The first eight pages were resident before the watch. */
struct watched {
	struct page_run run;
	struct page_runs runs;
	struct touch *touch;
	struct touch_facts facts;
};

static void begin_watch(struct watched *watched)
{
	watched->run = (struct page_run){ address(0), address(8), PAGE_ANON, false };
	watched->runs = (struct page_runs){ &watched->run, 1, 1 };
	watched->touch = touch__new(PAGE, 512 * PAGE, true);
	assert_non_null(watched->touch);
}

static const struct intervals *before(struct watched *watched)
{
	struct touch_map none = { 0 };

	assert_int_equal(touch__facts(watched->touch, &none, &watched->runs, &watched->facts), 0);
	return &watched->facts.before;
}

static void end_watch(struct watched *watched)
{
	touch_facts__deinit(&watched->facts);
	touch__free(watched->touch);
}

/* Pages from before the watch move with their mapping, even if the old place is mapped meanwhile. */
static void test_move_from_a_reused_address(void **unused)
{
	const struct intervals *pages;
	struct watched watched;

	(void)unused;
	begin_watch(&watched);
	assert_int_equal(touch__set_baseline(watched.touch, &watched.runs), 0);
	handle(watched.touch, 1, MAP_EVENT_ENTER, MAP_OP_MREMAP, address(0), address(8), 9 * PAGE);
	handle(watched.touch, 2, MAP_EVENT_ENTER, MAP_OP_MMAP, 0, 0, 8 * PAGE);
	handle(watched.touch, 2, MAP_EVENT_EXIT, 0, address(0), 0, 0);
	handle(watched.touch, 1, MAP_EVENT_EXIT, 0, address(40), 0, 0);
	pages = before(&watched);
	assert_int_equal(pages->count, 1);
	assert_int_equal(pages->items[0].start, address(40));
	assert_int_equal(pages->items[0].end, address(48));
	end_watch(&watched);
}

/* Pages whose life ended between the attach and the baseline scan are not "before". */
static void test_end_before_the_baseline(void **unused)
{
	const struct intervals *pages;
	struct watched watched;

	(void)unused;
	begin_watch(&watched);
	touch__expect_baseline(watched.touch);
	handle(watched.touch, 1, MAP_EVENT_ENTER, MAP_OP_DONTNEED, address(2), address(5), 0);
	handle(watched.touch, 1, MAP_EVENT_EXIT, 0, 0, 0, 0);
	assert_int_equal(touch__set_baseline(watched.touch, &watched.runs), 0);
	pages = before(&watched);
	assert_int_equal(pages->count, 2);
	assert_int_equal(pages->items[0].end, address(2));
	assert_int_equal(pages->items[1].start, address(5));
	end_watch(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_birth_of_a_reused_address),
		cmocka_unit_test(test_move_from_a_reused_address),
		cmocka_unit_test(test_end_before_the_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
