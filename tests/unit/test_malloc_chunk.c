/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Headers of malloc in a heap made by hand: true ones, each kind of false one, and random words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrays/malloc_chunk.h"

#define PAGE 0x1000u
#define HEAP 0x10000ull
#define HEAP_PAGES 11u
#define MAPPED 0x40000ull
#define MAPPED_PAGES 7u
#define WORDS(pages) ((pages)*PAGE / 8)

struct memory {
	uint64_t heap[WORDS(HEAP_PAGES)];
	uint64_t mapped[WORDS(MAPPED_PAGES)];
	uint64_t absent; /* a page that is not present; 0: none */
	int err;
};

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	struct memory *memory = ctx;
	size_t i;

	if (memory->err)
		return memory->err;
	for (i = 0; i < count; i++, address += PAGE) {
		present[i] = true;
		if (address >= HEAP && address < HEAP + sizeof(memory->heap))
			memcpy(buffer + i * PAGE, (uint8_t *)memory->heap + (address - HEAP), PAGE);
		else if (address >= MAPPED && address < MAPPED + sizeof(memory->mapped))
			memcpy(buffer + i * PAGE, (uint8_t *)memory->mapped + (address - MAPPED),
			       PAGE);
		else
			present[i] = false;
		if (address == memory->absent)
			present[i] = false;
	}
	return 0;
}

static int ask(struct memory *memory, uint64_t address, uint64_t *bytes)
{
	struct vma vmas[] = {
		{ .start = HEAP,
		  .end = HEAP + sizeof(memory->heap),
		  .kind = VMA_HEAP,
		  .writable = true },
		{ .start = MAPPED,
		  .end = MAPPED + sizeof(memory->mapped),
		  .kind = VMA_ANON,
		  .writable = true },
	};
	const struct vma_list list = { vmas, 2, 2 };
	const struct memsrc_backend backend = { .load = load, .ctx = memory };
	struct memsrc *memsrc = memsrc__new(&backend, PAGE, 64);
	int err;

	assert_non_null(memsrc);
	*bytes = 0;
	err = malloc_chunk_bytes(memsrc, &list, PAGE, address, bytes);
	memsrc__close(memsrc);
	return err;
}

/* Four chunks of 0x2010, 0x40, 0x3000 and 0x20 bytes, and the top. */
static void build(struct memory *memory)
{
	memset(memory, 0, sizeof(*memory));
	memory->heap[1] = 0x2010 | 1;
	memory->heap[0x2010 / 8 + 1] = 0x40 | 1;
	memory->heap[0x2050 / 8 + 1] = 0x3000 | 1;
	memory->heap[0x5050 / 8 + 1] = 0x20 | 1;
	memory->heap[0x5070 / 8 + 1] = (sizeof(memory->heap) - 0x5070) | 1;
	/* A mapping of its own, aligned by hand: 0x30 bytes are skipped. */
	memory->mapped[0x30 / 8] = 0x30;
	memory->mapped[0x30 / 8 + 1] = (sizeof(memory->mapped) - 0x30) | 2;
}

static void true_headers(void **state)
{
	struct memory memory;
	uint64_t bytes;

	(void)state;
	build(&memory);
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), 0);
	assert_int_equal(bytes, 0x2008);
	assert_int_equal(ask(&memory, HEAP + 0x2020, &bytes), 0);
	assert_int_equal(bytes, 0x38);
	assert_int_equal(ask(&memory, HEAP + 0x5060, &bytes), 0);
	assert_int_equal(bytes, 0x18);
	assert_int_equal(ask(&memory, MAPPED + 0x40, &bytes), 0);
	assert_int_equal(bytes, sizeof(memory.mapped) - 0x40);
	/* Malloc went on elsewhere. */
	memory.heap[0x5070 / 8 + 1] = 0x10 | 1;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), 0);
	/* The same of an arena that is not the first. */
	memory.heap[1] |= 4;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), 0);
}

static void false_headers(void **state)
{
	static const struct {
		size_t word; /* of the heap, or of the mapping */
		bool mapped;
		uint64_t value;
		int err;
	} forged[] = {
		{ 1, false, 0, -EINVAL },
		{ 1, false, 0x11, -EINVAL },	   /* smaller than any chunk */
		{ 1, false, 0x2019, -EINVAL },	   /* no multiple of 16, nor of another's */
		{ 1, false, 0x2021, -EINVAL },	   /* nothing begins behind it */
		{ 1, false, UINT64_MAX, -EINVAL }, /* and wraps around */
		{ 1, false, 0x100001, -EINVAL },   /* leaves the heap */
		{ 1, false, 0x2012, -EINVAL },	   /* a mapping of its own: has a flag too many */
		{ 0x2010 / 8 + 1, false, 0, -EINVAL }, /* no chunk behind it */
		{ 0x2010 / 8 + 1, false, 0x43, -EINVAL },
		{ 0x2010 / 8 + 1, false, 0x51, -EINVAL },
		{ 0x2010 / 8 + 1, false, 0x40, -EINVAL }, /* free, but no size in front of it */
		{ 0x5050 / 8 + 1, false, 0x13371, -EINVAL },
		{ 0x30 / 8, true, 0x20, -EINVAL },
		{ 0x30 / 8, true, UINT64_MAX, -EINVAL },
		{ 0x30 / 8 + 1, true, 0x1002, -EINVAL },
		{ 0x30 / 8 + 1, true, 0x100fd2, -EINVAL },
		{ 0x30 / 8 + 1, true, (MAPPED_PAGES * PAGE - 0x30) | 3, -EINVAL },
	};
	struct memory memory;
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		build(&memory);
		if (forged[i].mapped)
			memory.mapped[forged[i].word] = forged[i].value;
		else
			memory.heap[forged[i].word] = forged[i].value;
		assert_int_equal(
			ask(&memory, forged[i].mapped ? MAPPED + 0x40 : HEAP + 0x10, &bytes),
			forged[i].err);
	}
}

static void other_answers(void **state)
{
	struct memory memory;
	uint64_t bytes;

	(void)state;
	build(&memory);
	/* Freed: the chunk behind says so, and holds its size. */
	memory.heap[0x2010 / 8] = 0x2010;
	memory.heap[0x2010 / 8 + 1] = 0x40;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), -ESTALE);
	build(&memory);
	memory.absent = HEAP;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), -EFAULT);
	memory.absent = HEAP + 0x2000;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), -EFAULT);
	memory.absent = HEAP + 0x5000;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), 0);
	memory.err = -ESRCH;
	assert_int_equal(ask(&memory, HEAP + 0x10, &bytes), -ESRCH);
	build(&memory);
	assert_int_equal(ask(&memory, HEAP, &bytes), -EINVAL);
	assert_int_equal(ask(&memory, HEAP + 0x18, &bytes), -EINVAL);
	assert_int_equal(ask(&memory, 0, &bytes), -EINVAL);
	assert_int_equal(ask(&memory, UINT64_MAX - 15, &bytes), -EINVAL);
	assert_int_equal(ask(&memory, HEAP + sizeof(memory.heap), &bytes), -EINVAL);
}

/* Whatever it says, a block that it believes in lies in one piece of memory. */
static void random_words(void **state)
{
	struct memory memory;
	uint64_t bytes, seed = 97, accepted = 0;
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint64_t address;

		build(&memory);
		for (j = 0; j < 3; j++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			memory.heap[(seed >> 33) % WORDS(HEAP_PAGES)] = seed >> (33 + i % 24);
		}
		address = HEAP + (seed >> 40) % (i % 2 ? 0x5100 : 0x20) / 16 * 16;
		if (i % 3)
			address = HEAP + 0x10;
		if (ask(&memory, address, &bytes))
			continue;
		accepted++;
		assert_true(bytes && address + bytes <= HEAP + sizeof(memory.heap));
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(true_headers),
		cmocka_unit_test(false_headers),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(random_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
