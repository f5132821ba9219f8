/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Objects/obmalloc.c: arenas of pools of equal blocks. The table of arenas has no symbol in a
 * stripped binary; it is found from the pool of an object that we know.
 */
#include "arrays/python/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/ndarray.h"
#include "base/array.h"
#include "collect/maps.h"

#define ARENAS_MAX 65536u
#define POOL_HEAD_BYTES 48u
#define BLOCK_UNIT 16u
#define CLASSES 32u
#define SEARCH_WORDS 512u
#define SMALLEST_NDARRAY 80u

struct pool_head {
	uint32_t used; /* blocks */
	uint32_t padding;
	uint64_t free_block;
	uint64_t next, previous;
	uint32_t arena;
	uint32_t class;
	uint32_t next_offset; /* bytes: blocks from there on were never used */
	uint32_t max_offset;
};

struct arena {
	uint64_t address;
	uint64_t pool_address; /* pools from there on were never used */
	uint32_t free_pools;
	uint32_t pools;
	uint64_t free_list;
	uint64_t next, previous;
};

struct geometry {
	uint64_t pool_bytes;
	uint64_t arena_bytes;
};

static struct geometry geometry_of(const struct py *py)
{
	if (py->layout.minor >= 10)
		return (struct geometry){ 16u << 10, 1u << 20 };
	return (struct geometry){ 4u << 10, 256u << 10 };
}

static bool holds(const struct arena *arena, const struct geometry *geometry, uint64_t address)
{
	return arena->address && address >= arena->address &&
	       address - arena->address < geometry->arena_bytes;
}

static bool plausible_arena(const struct arena *arena, const struct geometry *geometry)
{
	if (!arena->address)
		return true;
	return arena->address % 16 == 0 &&
	       arena->pools <= geometry->arena_bytes / geometry->pool_bytes &&
	       arena->free_pools <= arena->pools && arena->pool_address >= arena->address &&
	       arena->pool_address <= arena->address + geometry->arena_bytes;
}

/* The table was malloc'ed: most words of the data point elsewhere, and are not followed. */
static bool may_be_table(const struct py *py, uint64_t address, enum vma_kind kind)
{
	const struct vma *vma = address % 16 ? NULL : vma_list__find(py->vmas, address);

	return vma && vma->writable && vma->kind == kind;
}

static int read_arena(struct py *py, uint64_t arenas, uint32_t index, struct arena *ret)
{
	return py_read(py, arenas + (uint64_t)index * sizeof(*ret), ret, sizeof(*ret));
}

struct search {
	const struct geometry *geometry;
	uint64_t known; /* an address in a pool of arena index */
	uint32_t index;
	enum vma_kind kind; /* of the memory that the table lies in */
};

/* Looks through some of the binary's data for the pointer to the table. */
static uint64_t search_words(struct py *py, const struct search *search, uint64_t at)
{
	uint64_t words[SEARCH_WORDS];
	struct arena arena;
	size_t i;

	if (py_read(py, at, words, sizeof(words)))
		return 0;
	for (i = 0; i < SEARCH_WORDS && py_in_time(py); i++) {
		if (!may_be_table(py, words[i], search->kind) ||
		    read_arena(py, words[i], search->index, &arena))
			continue;
		if (plausible_arena(&arena, search->geometry) &&
		    holds(&arena, search->geometry, search->known))
			return words[i];
	}
	return 0;
}

static uint64_t search_binary(struct py *py, const struct search *search)
{
	uint64_t at, found = 0;
	size_t i;

	for (i = py->binary_first; !found && i < py->binary_end; i++) {
		const struct vma *vma = &py->vmas->vmas[i];

		if (!vma->writable)
			continue;
		for (at = vma->start; !found && at < vma->end; at += SEARCH_WORDS * 8)
			found = search_words(py, search, at);
	}
	return found;
}

/* A small table lies on the heap; a large one in a mapping of its own. */
static uint64_t find_arenas(struct py *py, const struct geometry *geometry, uint64_t known)
{
	struct search search = { .geometry = geometry, .known = known, .kind = VMA_HEAP };
	struct pool_head head;
	uint64_t found;

	if (py_read(py, known - known % geometry->pool_bytes, &head, sizeof(head)) ||
	    head.arena >= ARENAS_MAX)
		return 0;
	search.index = head.arena;
	found = search_binary(py, &search);
	if (found)
		return found;
	search.kind = VMA_ANON;
	return search_binary(py, &search);
}

struct sweep {
	struct py *py;
	struct geometry geometry;
	struct arena *arenas; /* by their index; address 0: none */
	size_t arena_count;
	size_t arena_capacity;
	uint64_t *starts; /* of all arenas, sorted */
	size_t start_count;
	struct address_list *ret;
};

static bool in_arena(const struct sweep *sweep, uint64_t address)
{
	size_t low = 0, high = sweep->start_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sweep->starts[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address - sweep->starts[low - 1] < sweep->geometry.arena_bytes;
}

/* Types are too large for pools; most of what looks like a pointer to one leads into a pool. */
static bool may_be_type(const struct sweep *sweep, uint64_t address)
{
	return address && address % 16 == 0 && !in_arena(sweep, address);
}

/*
 * An object begins with its block, or behind what goes before it: 16 bytes for the garbage
 * collector, 16 more for the attributes of 3.11 and later.
 */
static int look_at_block(struct sweep *sweep, const uint8_t *block, uint64_t address,
			 uint64_t bytes)
{
	struct address_list *list = sweep->ret;
	uint64_t before;

	for (before = 0; before <= 32 && before + SMALLEST_NDARRAY <= bytes; before += 16) {
		const struct py_type *type;
		struct ndarray_head head;
		uint64_t type_address;

		memcpy(&type_address, block + before + 8, sizeof(type_address));
		if (!may_be_type(sweep, type_address))
			continue;
		type = py_type_at(sweep->py, type_address);
		if (!type || type->kind != PY_NDARRAY ||
		    ndarray_head_read(sweep->py, address + before, &head))
			continue;
		if (array_reserve((void **)&list->addresses, &list->capacity, list->count + 1,
				  sizeof(*list->addresses)))
			return -ENOMEM;
		list->addresses[list->count++] = address + before;
		return 0;
	}
	return 0;
}

static int sweep_pool(struct sweep *sweep, uint64_t pool, uint32_t arena)
{
	uint64_t end, at, bytes;
	uint8_t block[CLASSES * BLOCK_UNIT];
	struct pool_head head;
	int err = 0;

	if (py_read(sweep->py, pool, &head, sizeof(head)))
		return 0;
	if (!head.used || head.arena != arena || head.class >= CLASSES)
		return 0;
	bytes = (uint64_t)(head.class + 1) * BLOCK_UNIT;
	end = head.next_offset;
	if (bytes < SMALLEST_NDARRAY || end > sweep->geometry.pool_bytes)
		return 0;
	/* One by one: a page in the middle may never have been touched. */
	for (at = POOL_HEAD_BYTES; !err && at + bytes <= end; at += bytes) {
		if (!py_read(sweep->py, pool + at, block, bytes))
			err = look_at_block(sweep, block, pool + at, bytes);
	}
	return err;
}

static int sweep_arena(struct sweep *sweep, const struct arena *arena, uint32_t index)
{
	uint64_t pool_bytes = sweep->geometry.pool_bytes;
	uint64_t pool = (arena->address + pool_bytes - 1) / pool_bytes * pool_bytes;
	int err = 0;

	if (pool < arena->pool_address)
		memsrc__prefetch(sweep->py->memsrc, pool, arena->pool_address - pool);
	for (; !err && pool + pool_bytes <= arena->address + sweep->geometry.arena_bytes &&
	       pool < arena->pool_address && py_in_time(sweep->py);
	     pool += pool_bytes)
		err = sweep_pool(sweep, pool, index);
	return err;
}

/* The table's length is not told: it ends where entries are none. */
static int list_arenas(struct sweep *sweep, uint64_t table)
{
	struct arena arena;
	uint32_t i;

	for (i = 0; i < ARENAS_MAX && py_in_time(sweep->py); i++) {
		if (read_arena(sweep->py, table, i, &arena) ||
		    !plausible_arena(&arena, &sweep->geometry))
			break;
		if (array_reserve((void **)&sweep->arenas, &sweep->arena_capacity,
				  sweep->arena_count + 1, sizeof(*sweep->arenas)))
			return -ENOMEM;
		sweep->arenas[sweep->arena_count++] = arena;
	}
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int sort_arenas(struct sweep *sweep)
{
	size_t i;

	sweep->starts = calloc(sweep->arena_count + 1, sizeof(*sweep->starts));
	if (!sweep->starts)
		return -ENOMEM;
	for (i = 0; i < sweep->arena_count; i++) {
		if (sweep->arenas[i].address)
			sweep->starts[sweep->start_count++] = sweep->arenas[i].address;
	}
	qsort(sweep->starts, sweep->start_count, sizeof(*sweep->starts), by_address);
	return 0;
}

int py_sweep(struct py *py, struct address_list *ret)
{
	struct sweep sweep = { .py = py, .geometry = geometry_of(py), .ret = ret };
	uint64_t table = find_arenas(py, &sweep.geometry, py->modules);
	size_t i;
	int err;

	if (!table)
		return -ENOENT;
	err = list_arenas(&sweep, table);
	if (!err)
		err = sort_arenas(&sweep);
	for (i = 0; !err && i < sweep.arena_count && py_in_time(py); i++) {
		if (sweep.arenas[i].address)
			err = sweep_arena(&sweep, &sweep.arenas[i], (uint32_t)i);
	}
	free(sweep.arenas);
	free(sweep.starts);
	return err;
}
