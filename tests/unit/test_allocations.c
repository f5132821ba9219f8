/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Allocations against one owner a byte; heap blocks through the events that tell of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/allocations.h"
#include "arrays/heap.h"
#include "arrays/mappings.h"
#include "model/lives/replay.h"

#define SPAN 997
#define PAGE 100u

static uint64_t state = 88172645463325252ull;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % below;
}

static void compare(struct allocations *allocations, const uint32_t *owner)
{
	uint32_t seen[SPAN] = { 0 };
	struct allocation *allocation;
	uint64_t at = 0, i;
	size_t count = 0;

	while ((allocation = allocations__above(allocations, at))) {
		assert_true(allocation->start >= at && allocation->start < allocation->end);
		assert_true(allocation->end <= SPAN);
		for (i = allocation->start; i < allocation->end; i++)
			seen[i] = allocation->number;
		at = allocation->end;
		count++;
	}
	assert_int_equal(count, allocations__count(allocations));
	assert_memory_equal(seen, owner, sizeof(seen));
}

static bool is_odd(const struct allocation *allocation)
{
	return allocation->number % 2;
}

static void test_allocations_random(void **unused)
{
	uint32_t owner[SPAN] = { 0 }, number, i;
	struct allocations *allocations = allocations__new(SPAN), *copy;
	struct allocation_list taken = { 0 };

	(void)unused;
	for (number = 1; number < 20011; number++) {
		uint32_t start = draw(SPAN - 60), end = start + 1 + draw(60), kind = draw(3);
		struct allocation allocation = {
			.start = start, .end = end, .whole_start = start, .number = number
		};

		taken.count = 0;
		assert_int_equal(allocations__cut(allocations, start, end,
						  kind == 1 ? is_odd : NULL, &taken),
				 0);
		for (i = start; i < end; i++) {
			if (kind != 1 || owner[i] % 2)
				owner[i] = kind ? 0 : number;
		}
		if (!kind)
			assert_int_equal(allocations__insert(allocations, &allocation), 0);
		if (number % 97 == 0)
			compare(allocations, owner);
	}
	copy = allocations__copy(allocations);
	compare(copy, owner);
	allocations__free(copy);
	allocations__free(allocations);
	free(taken.allocations);
}

static int always(void *ctx, uint64_t start, uint64_t end)
{
	uint64_t *pages = ctx;

	assert_true(start < end && start % PAGE == 0 && end % PAGE == 0);
	*pages += (end - start) / PAGE;
	return 1;
}

static int never(void *ctx, uint64_t start, uint64_t end)
{
	(void)ctx;
	(void)start;
	(void)end;
	return 0;
}

/* "name start end freed", a row each. */
static void expect(struct heap *heap, int (*in_memory)(void *ctx, uint64_t start, uint64_t end),
		   const char *want)
{
	struct array_list list = { 0 };
	char got[512] = "";
	uint64_t pages = 0;
	size_t i;

	assert_int_equal(heap__arrays(heap, in_memory, &pages, &list), 0);
	for (i = 0; i < list.count; i++) {
		const struct array_desc *array = &list.arrays[i];

		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s %d %d%s;", array->name,
			 (int)array->start, (int)array->end, array->origin.freed ? " freed" : "");
		assert_int_equal(array->source, ARRAY_HEAP);
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	assert_string_equal(got, want);
}

static void tell_change(struct heap *heap, enum map_event_type type, uint64_t serial,
			uint64_t start, uint64_t bytes)
{
	const struct map_event event = { .type = type,
					 .block = { start, start + bytes, serial, HEAP_CALLOC },
					 .tid = 7 };

	assert_int_equal(heap__handle(heap, &event), 0);
}

static int tell_heap(void *ctx, const struct map_change *change)
{
	return heap__change(ctx, change);
}

static int tell_mappings(void *ctx, const struct map_change *change)
{
	return mappings__change(ctx, change);
}

static void replay(struct replay *replay, const struct map_event *event, replay_visit *visit,
		   void *ctx)
{
	assert_int_equal(replay__handle(replay, event, visit, ctx), 0);
}

static void map_call(struct heap *heap, enum map_op op, uint64_t start, uint64_t end,
		     int64_t result)
{
	const struct map_event enter = { .type = MAP_EVENT_ENTER,
					 .enter.op = op,
					 .enter.start = start,
					 .enter.end = end,
					 .tid = 7 };
	const struct map_event exit = { .type = MAP_EVENT_EXIT, .tid = 7, .exit.result = result };
	struct replay calls = { .page_bytes = PAGE };

	replay(&calls, &enter, tell_heap, heap);
	replay(&calls, &exit, tell_heap, heap);
	replay__deinit(&calls);
}

static void test_heap_lives(void **unused)
{
	struct heap *heap = heap__new(PAGE, 64), *child;

	(void)unused;
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 1, 1016, 1000);
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 2, 5016, 300);
	expect(heap, never, "calloc(1000)#1 1016 2016;calloc(300)#2 5016 5316;");
	/* A block that lives is none the less for what happens to its pages. */
	map_call(heap, MAP_OP_DONTNEED, 1000, 3000, 0);
	tell_change(heap, MAP_EVENT_HEAP_FREE, 1, 1016, 1000);
	expect(heap, always, "calloc(1000)#1 1016 2016 freed;calloc(300)#2 5016 5316;");
	/* Reused in its middle; the part below has its name, the one above says where it begins. */
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 3, 1300, 200);
	expect(heap, always,
	       "calloc(1000)#1 1016 1300 freed;calloc(200)#3 1300 1500;"
	       "calloc(1000)#1+0x1e4 1500 2016 freed;calloc(300)#2 5016 5316;");
	child = heap__fork(heap);
	map_call(heap, MAP_OP_MUNMAP, 1000, 1400, -EINVAL);
	map_call(heap, MAP_OP_MUNMAP, 1600, 2100, 0);
	expect(heap, always,
	       "calloc(1000)#1 1016 1300 freed;calloc(200)#3 1300 1500;"
	       "calloc(1000)#1+0x1e4 1500 1600 freed;calloc(300)#2 5016 5316;");
	expect(heap, never, "calloc(200)#3 1300 1500;calloc(300)#2 5016 5316;");
	/* Gone is gone. */
	expect(heap, always, "calloc(200)#3 1300 1500;calloc(300)#2 5016 5316;");
	expect(child, always,
	       "calloc(1000)#1 1016 1300 freed;calloc(200)#3 1300 1500;"
	       "calloc(1000)#1+0x1e4 1500 2016 freed;calloc(300)#2 5016 5316;");
	heap__free(child);
	heap__free(heap);
}

static void test_heap_resizing(void **unused)
{
	struct heap *heap = heap__new(PAGE, 64);

	(void)unused;
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 1, 1000, 500);
	tell_change(heap, MAP_EVENT_HEAP_RESIZE, 1, 1000, 500);
	expect(heap, never, "calloc(500)#1 1000 1500;");
	tell_change(heap, MAP_EVENT_HEAP_KEEP, 1, 1000, 500);
	tell_change(heap, MAP_EVENT_HEAP_RESIZE, 1, 1000, 500);
	/* Moved away; another thread has its place before the call returns. */
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 2, 1000, 300);
	tell_change(heap, MAP_EVENT_HEAP_FREE, 1, 1000, 500);
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 3, 4000, 900);
	expect(heap, always,
	       "calloc(300)#2 1000 1300;calloc(500)#1+0x12c 1300 1500 freed;"
	       "calloc(900)#3 4000 4900;");
	/* mremap took the pages away before realloc told of the free. */
	tell_change(heap, MAP_EVENT_HEAP_RESIZE, 3, 4000, 900);
	map_call(heap, MAP_OP_MREMAP, 4000, 4900, 9000);
	tell_change(heap, MAP_EVENT_HEAP_FREE, 3, 4000, 900);
	expect(heap, always, "calloc(300)#2 1000 1300;calloc(500)#1+0x12c 1300 1500 freed;");
	heap__free(heap);
}

static void test_heap_hostile(void **unused)
{
	struct heap *heap = heap__new(PAGE, 3);
	uint64_t i;

	(void)unused;
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 1, UINT64_MAX - 5, 100);
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 2, 1000, 0);
	tell_change(heap, MAP_EVENT_HEAP_FREE, 99, 1000, 1000);
	expect(heap, always, "");
	/* The living come before the freed. */
	for (i = 0; i < 3; i++) {
		tell_change(heap, MAP_EVENT_HEAP_ALLOC, 10 + i, 1000 * i, 500);
		tell_change(heap, MAP_EVENT_HEAP_FREE, 10 + i, 1000 * i, 500);
	}
	assert_int_equal(heap__forgotten(heap), 0);
	tell_change(heap, MAP_EVENT_HEAP_ALLOC, 20, 7000, 500);
	assert_int_equal(heap__forgotten(heap), 3);
	for (i = 0; i < 5; i++)
		tell_change(heap, MAP_EVENT_HEAP_ALLOC, 30 + i, 10000 + 1000 * i, 500);
	assert_int_equal(heap__forgotten(heap), 6);
	heap__free(heap);
}

static void test_mappings_lost_exit(void **unused)
{
	struct mappings *mappings = mappings__new(200, 8);
	const struct map_event map = {
		.type = MAP_EVENT_ENTER, .enter.op = MAP_OP_MMAP, .tid = 7, .enter.new_end = 400
	};
	const struct map_event unmap = { .type = MAP_EVENT_ENTER,
					 .enter.op = MAP_OP_MUNMAP,
					 .enter.start = 1100,
					 .enter.end = 1200,
					 .tid = 7 };
	struct replay calls = { .page_bytes = PAGE };
	struct array_list list = { 0 };

	(void)unused;
	replay(&calls, &map, tell_mappings, mappings);
	replay(&calls, &(struct map_event){ .type = MAP_EVENT_EXIT, .tid = 7, .exit.result = 1000 },
	       tell_mappings, mappings);
	/* An exit that never came is a failure: nothing is known to have ended. */
	replay(&calls, &unmap, tell_mappings, mappings);
	replay(&calls, &map, tell_mappings, mappings);
	assert_int_equal(mappings__arrays(mappings, &list), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.arrays[0].name, "mmap(400)#1");
	assert_int_equal(list.arrays[0].end, 1400);
	array_desc__deinit(&list.arrays[0]);
	free(list.arrays);
	replay__deinit(&calls);
	mappings__free(mappings);
}

/* Two blocks; the call moves the first, and is refused half way in the second. */
static void test_mappings_moved_in_part(void **unused)
{
	static const uint64_t starts[] = { 1000, 1400 },
			      expected[][2] = { { 1600, 1800 }, { 5000, 5400 }, { 5400, 5600 } };
	struct mappings *mappings = mappings__new(200, 8);
	struct map_event enter = { .type = MAP_EVENT_ENTER,
				   .enter.op = MAP_OP_MMAP,
				   .enter.new_end = 400 };
	struct map_event exit = { .type = MAP_EVENT_EXIT };
	struct replay calls = { .page_bytes = PAGE };
	struct array_list list = { 0 };
	size_t i;

	(void)unused;
	for (i = 0; i < 2; i++) {
		exit.exit.result = (int64_t)starts[i];
		replay(&calls, &enter, tell_mappings, mappings);
		replay(&calls, &exit, tell_mappings, mappings);
	}
	enter = (struct map_event){ .type = MAP_EVENT_ENTER,
				    .enter.op = MAP_OP_MREMAP,
				    .enter.start = 1000,
				    .enter.end = 1800,
				    .enter.new_start = 5000,
				    .enter.new_end = 5800,
				    .enter.several = true };
	exit = (struct map_event){ .type = MAP_EVENT_EXIT,
				   .exit.result = -EPERM,
				   .exit.refused_at = 1600 };
	replay(&calls, &enter, tell_mappings, mappings);
	replay(&calls, &exit, tell_mappings, mappings);
	assert_int_equal(mappings__arrays(mappings, &list), 0);
	assert_int_equal(list.count, 3);
	for (i = 0; i < list.count; i++) {
		assert_int_equal(list.arrays[i].start, expected[i][0]);
		assert_int_equal(list.arrays[i].end, expected[i][1]);
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	replay__deinit(&calls);
	mappings__free(mappings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocations_random),
		cmocka_unit_test(test_heap_lives),
		cmocka_unit_test(test_heap_resizing),
		cmocka_unit_test(test_heap_hostile),
		cmocka_unit_test(test_mappings_lost_exit),
		cmocka_unit_test(test_mappings_moved_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
