/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of arenas: where it is looked for, and what lies behind its end is none of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arrays/python/arenas.h"
#include "fake_memory.h"

#define DATA 0x10000ull	 /* of the binary */
#define BSS 0x20000ull	 /* of the binary, after it */
#define HEAP 0x800000ull /* holds the table, and types */
#define HEAP_BYTES 0x400000ull
#define ARENAS 0x40000000ull
#define ARENA_BYTES 0x100000ull /* of 3.11 */
#define ENTRY_BYTES 48u

static struct fake_memory memory;
static struct py py;

/* struct arena_object: address, pool_address, nfreepools, ntotalpools, three pointers */
static void put_entry(uint64_t index, uint64_t address)
{
	uint64_t at = HEAP + index * ENTRY_BYTES;

	fake_memory__put_word(&memory, at, address);
	fake_memory__put_word(&memory, at + 8, address + ARENA_BYTES);
}

static struct vma anonymous(uint64_t start, uint64_t bytes, enum vma_kind kind)
{
	return (struct vma){ .start = start,
			     .end = start + bytes,
			     .kind = kind,
			     .readable = true,
			     .writable = true,
			     .path = (char *)"" };
}

/* The table has one arena, with the pool that py's modules are in. */
static void put_first_arena(void)
{
	fake_memory__add_page(&memory, HEAP);
	fake_memory__add_page(&memory, ARENAS);
	/* A pool of blocks of 208 bytes, the second of which begins at 256. */
	fake_memory__put_word(&memory, ARENAS, 1);
	fake_memory__put_word(&memory, ARENAS + 32, (uint64_t)12 << 32);
	fake_memory__put_word(&memory, ARENAS + 40, (uint64_t)3888 << 32 | 464);
	put_entry(0, ARENAS);
}

static void only_what_is_mapped(void **state)
{
	struct vma vmas[] = { anonymous(DATA, FAKE_PAGE, VMA_FILE),
			      anonymous(HEAP, HEAP_BYTES, VMA_HEAP),
			      anonymous(ARENAS, 3 * ARENA_BYTES, VMA_ANON) };
	const struct vma_list list = { vmas, 3, 3 };
	struct py_arenas arenas;

	(void)state;
	fake_memory__init(&memory, &py);
	fake_memory__add_page(&memory, DATA);
	fake_memory__put_word(&memory, DATA + 8, HEAP);
	put_first_arena();
	put_entry(1, 0);
	put_entry(2, HEAP + 0x1000); /* what another table has left behind */
	put_entry(3, ARENAS + ARENA_BYTES);
	put_entry(4, ARENAS + 5 * ARENA_BYTES / 2); /* ends outside */
	put_entry(5, HEAP - 16);		    /* begins outside */
	fake_memory__look_anew(&memory, &py);
	py.vmas = &list;
	py.binary_first = 0;
	py.binary_end = 1;
	py.modules = ARENAS + 0x100; /* in the pool of arena 0 */
	assert_int_equal(py_arenas__find(&arenas, &py), 0);
	assert_int_equal(arenas.count, 2);
	assert_int_equal(arenas.arenas[0].start, ARENAS);
	assert_int_equal(arenas.arenas[1].start, ARENAS + ARENA_BYTES);
	assert_null(py_arenas__of(&arenas, HEAP + 0x2000));
	assert_non_null(py_arenas__of(&arenas, ARENAS + ARENA_BYTES + 1));
	py_arenas__deinit(&arenas);
	fake_memory__deinit(&py);
}

static size_t data_pages_read;

static bool count_data_page(uint64_t address, uint8_t *page)
{
	(void)page;
	data_pages_read += address >= DATA && address < BSS;
	return false;
}

/* Reading all of .data takes longer than all else that a look for few arrays does. */
static void bss_before_data(void **state)
{
	struct vma vmas[] = { anonymous(DATA, BSS - DATA, VMA_FILE),
			      anonymous(BSS, FAKE_PAGE, VMA_ANON),
			      anonymous(HEAP, HEAP_BYTES, VMA_HEAP),
			      anonymous(ARENAS, ARENA_BYTES, VMA_ANON) };
	const struct vma_list list = { vmas, 4, 4 };
	struct py_arenas arenas;

	(void)state;
	fake_memory__init(&memory, &py);
	fake_memory__add_page(&memory, BSS);
	fake_memory__put_word(&memory, BSS + 8, HEAP);
	put_first_arena();
	memory.generate = count_data_page;
	fake_memory__look_anew(&memory, &py);
	py.vmas = &list;
	py.binary_first = 0;
	py.binary_end = 2;
	py.modules = ARENAS + 0x100;
	assert_int_equal(py_arenas__find(&arenas, &py), 0);
	assert_int_equal(arenas.count, 1);
	assert_int_equal(data_pages_read, 0);
	py_arenas__deinit(&arenas);
	fake_memory__deinit(&py);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_what_is_mapped),
					    cmocka_unit_test(bss_before_data) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
