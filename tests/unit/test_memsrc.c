/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages of swap space: each is counted once, and none takes the room of what can be read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect/memory/memsrc.h"

#define PAGE 64u
#define PAGES_MAX 128u
#define BASE (1u << 20)

/* Pages below the border are there, those from it on in swap space. */
struct memory {
	uint64_t border;
};

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	const struct memory *memory = ctx;
	size_t i;

	for (i = 0; i < count; i++) {
		present[i] = address + i * PAGE < memory->border;
		if (present[i])
			memset(buffer + i * PAGE, 0x5a, PAGE);
	}
	return 0;
}

static bool swapped(void *ctx, uint64_t address)
{
	const struct memory *memory = ctx;

	return address >= memory->border;
}

static struct memsrc *open_memory(struct memory *memory, bool tells)
{
	const struct memsrc_backend backend = { .load = load,
						.swapped = tells ? swapped : NULL,
						.ctx = memory };
	struct memsrc *memsrc = memsrc__new(&backend, PAGE, PAGES_MAX);

	assert_non_null(memsrc);
	return memsrc;
}

static void load_one(struct memsrc *memsrc, uint64_t address)
{
	uint8_t buffer[PAGE];
	bool present;

	assert_int_equal(memsrc__load(memsrc, address, 1, buffer, &present), 0);
}

static void once_each(void **state)
{
	struct memory memory = { BASE };
	struct memsrc *memsrc = open_memory(&memory, true);
	uint64_t word;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		load_one(memsrc, BASE + 7 * PAGE);
		assert_int_equal(memsrc__read(memsrc, BASE + 7 * PAGE, &word, sizeof(word)),
				 -EFAULT);
		assert_int_equal(memsrc__read(memsrc, BASE + 11 * PAGE, &word, sizeof(word)),
				 -EFAULT);
		load_one(memsrc, BASE + 11 * PAGE);
	}
	assert_int_equal(memsrc__swapped(memsrc), 2);
	memsrc__close(memsrc);

	memsrc = open_memory(&memory, false);
	assert_int_equal(memsrc__read(memsrc, BASE, &word, sizeof(word)), -EFAULT);
	assert_int_equal(memsrc__swapped(memsrc), 0);
	memsrc__close(memsrc);
}

/* What was read before it went is known all the same. */
static void known_data_stays(void **state)
{
	struct memory memory = { BASE + PAGE };
	struct memsrc *memsrc = open_memory(&memory, true);
	uint64_t word = 0;

	(void)state;
	assert_int_equal(memsrc__read(memsrc, BASE, &word, sizeof(word)), 0);
	assert_int_equal(memsrc__read(memsrc, BASE - PAGE, &word, sizeof(word)), 0);
	memory.border = BASE;
	load_one(memsrc, BASE);
	assert_int_equal(memsrc__swapped(memsrc), 1);
	word = 0;
	assert_int_equal(memsrc__read(memsrc, BASE, &word, sizeof(word)), 0);
	assert_int_equal(word, 0x5a5a5a5a5a5a5a5aull);
	memsrc__close(memsrc);
}

static void room_for_what_is_there(void **state)
{
	const size_t many = 64 * PAGES_MAX + 1;
	struct memory memory = { BASE };
	struct memsrc *memsrc = open_memory(&memory, true);
	uint64_t word;
	size_t i;

	(void)state;
	for (i = 0; i < many; i++)
		load_one(memsrc, BASE + i * PAGE);
	assert_int_equal(memsrc__swapped(memsrc), many);
	/* Not in a row: each is a load of its own. */
	for (i = 0; i < PAGES_MAX; i++)
		assert_int_equal(memsrc__read(memsrc, i * 3 * PAGE, &word, sizeof(word)), 0);
	assert_int_equal(memsrc__pages(memsrc), PAGES_MAX);
	memsrc__close(memsrc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_each),
		cmocka_unit_test(known_data_stays),
		cmocka_unit_test(room_for_what_is_there),
	};

	return cmocka_run_group_tests_name("memsrc", tests, NULL, NULL);
}
