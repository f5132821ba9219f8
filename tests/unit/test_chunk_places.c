/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which places of a table are a slot's, against a look at all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect/kernel/chunk_places.h"

#define PLACES 256u
#define SLOTS 5u

struct table { /* the kernel's side */
	struct pw_chunk chunks[PLACES];
	__u64 log[PW_BEGUN];
	__u64 serial;
};

static struct table table;

static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % limit;
}

static void take_place(uint32_t place)
{
	table.chunks[place].key = PW_KEY_TAKEN;
	table.log[table.serial % PW_BEGUN] = table.serial << 32 | place;
	table.serial++;
}

static uint64_t key_of(uint32_t slot, uint32_t number)
{
	return (uint64_t)(slot + 1) << PW_SLOT_SHIFT | number;
}

static void begin(struct chunk_places *places)
{
	memset(&table, 0, sizeof(table));
	*places = (struct chunk_places){
		.chunks = table.chunks,
		.chunk_slots = PLACES,
		.log = table.log,
		.log_serial = &table.serial,
	};
	assert_int_equal(chunk_places__init(places), 0);
}

struct visited {
	unsigned int times[PLACES];
	unsigned int all;
};

static int count_visit(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	struct visited *visited = ctx;

	assert_int_equal(chunk->key, key);
	visited->times[chunk - table.chunks]++;
	visited->all++;
	return 0;
}

/* Each live chunk of the slot once, and nothing else. */
static void expect_all(struct chunk_places *places, uint32_t slot)
{
	struct visited visited = { 0 };
	uint32_t place;

	assert_int_equal(chunk_places__each(places, slot, count_visit, &visited), 0);
	for (place = 0; place < PLACES; place++) {
		uint64_t key = table.chunks[place].key;

		assert_int_equal(visited.times[place],
				 pw_key_live(key) && pw_key_slot(key) == slot);
	}
}

static void play(uint64_t *seed)
{
	uint32_t place = (uint32_t)random_below(seed, PLACES);
	struct pw_chunk *chunk = &table.chunks[place];

	if (chunk->key == PW_KEY_TAKEN)
		chunk->key = key_of((uint32_t)random_below(seed, SLOTS), place);
	else if (pw_key_live(chunk->key))
		chunk->key |= PW_KEY_IDLE;
	else
		take_place(place);
}

/* Places are taken, live and given back; now and then more than the log holds goes by. */
static void test_against_a_look_at_all(void **state)
{
	struct chunk_places places;
	uint64_t seed = 20261127;
	unsigned int round, step;

	(void)state;
	begin(&places);
	for (round = 0; round < 300; round++) {
		uint64_t steps = random_below(&seed, round % 50 ? 300 : 4 * PW_BEGUN);

		for (step = 0; step < steps; step++)
			play(&seed);
		expect_all(&places, (uint32_t)random_below(&seed, SLOTS));
	}
	for (step = 0; step < SLOTS; step++)
		expect_all(&places, step);
	chunk_places__deinit(&places);
}

/* A program has taken the number of its entry, and not yet written it. */
static void test_an_entry_that_is_not_written_yet(void **state)
{
	struct chunk_places places;
	struct visited visited = { 0 };

	(void)state;
	begin(&places);
	table.chunks[7].key = PW_KEY_TAKEN;
	table.serial = 1;
	table.log[0] = UINT64_MAX;
	assert_int_equal(chunk_places__each(&places, 2, count_visit, &visited), 0);
	assert_int_equal(visited.all, 0);
	table.log[0] = 7;
	table.chunks[7].key = key_of(2, 1);
	expect_all(&places, 2);
	chunk_places__deinit(&places);
}

/* A slot that is used again has none of the old places, not even the same one. */
static void test_a_slot_is_used_again(void **state)
{
	struct chunk_places places;

	(void)state;
	begin(&places);
	take_place(3);
	table.chunks[3].key = key_of(1, 9);
	expect_all(&places, 1);
	table.chunks[3].key |= PW_KEY_IDLE;
	chunk_places__forget(&places, 1);
	expect_all(&places, 1);
	take_place(3);
	table.chunks[3].key = key_of(1, 9);
	expect_all(&places, 1);
	chunk_places__deinit(&places);
}

static int stop_at_once(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	(void)ctx;
	(void)chunk;
	(void)key;
	return -5;
}

static void test_a_visit_that_fails(void **state)
{
	struct chunk_places places;

	(void)state;
	begin(&places);
	take_place(3);
	table.chunks[3].key = key_of(1, 9);
	take_place(4);
	table.chunks[4].key = key_of(1, 10);
	assert_int_equal(chunk_places__each(&places, 1, stop_at_once, NULL), -5);
	expect_all(&places, 1);
	chunk_places__deinit(&places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_look_at_all),
		cmocka_unit_test(test_an_entry_that_is_not_written_yet),
		cmocka_unit_test(test_a_slot_is_used_again),
		cmocka_unit_test(test_a_visit_that_fails),
	};

	return cmocka_run_group_tests_name("chunk_places", tests, NULL, NULL);
}
