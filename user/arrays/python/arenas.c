/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Objects/obmalloc.c: arenas of pools of equal blocks. A stripped binary has no symbol for the
 * table of arenas; it is found from the pool of a known object.
 */
#include "arrays/python/arenas.h"

#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"
#include "collect/proc/maps.h"

#define ARENAS_MAX 65536u
#define BLOCK_UNIT 16u
#define CLASSES 32u
#define BEFORE_MAX 48u /* bytes in a block before its object */

/* struct arena_object */
struct entry {
	uint64_t address; /* 0: none */
	uint64_t pool_address;
	uint32_t free_pools;
	uint32_t pools;
	uint64_t free_list;
	uint64_t next, previous;
};

static void set_geometry(struct py_arenas *arenas, const struct py *py)
{
	bool large = py->layout.minor >= 10;

	arenas->pool_bytes = large ? 16u << 10 : 4u << 10;
	arenas->arena_bytes = large ? 1u << 20 : 256u << 10;
}

static bool is_plausible_entry(const struct py_arenas *arenas, const struct entry *entry)
{
	if (!entry->address)
		return true;
	return entry->address % 16 == 0 && entry->address < UINT64_MAX - arenas->arena_bytes &&
	       entry->pools <= arenas->arena_bytes / arenas->pool_bytes &&
	       entry->free_pools <= entry->pools && entry->pool_address >= entry->address &&
	       entry->pool_address <= entry->address + arenas->arena_bytes;
}

static int read_entry(struct py *py, uint64_t table, uint32_t index, struct entry *ret)
{
	return py_read(py, table + (uint64_t)index * sizeof(*ret), ret, sizeof(*ret));
}

struct search {
	struct py *py;
	const struct py_arenas *arenas;
	uint64_t known; /* an address in a pool of arena index */
	uint32_t index;
	enum vma_kind kind;	/* of the memory that contains the table */
	uint64_t low, high;	/* bounds of all memory of that kind */
	const struct vma *last; /* the VMA that the last word pointed into */
	uint64_t found;
};

/* The table was malloc'ed, so most words of the data point elsewhere and are not followed. */
static bool may_be_table(struct search *search, uint64_t address)
{
	if (address < search->low || address >= search->high || address % 16)
		return false;
	if (!search->last || address < search->last->start || address >= search->last->end)
		search->last = vma_list__find(search->py->vmas, address);
	return search->last && search->last->writable && search->last->kind == search->kind;
}

static void search_page(struct search *search, const uint64_t *words, size_t count)
{
	size_t i;

	for (i = 0; i < count && !search->found; i++) {
		struct entry entry;

		if (!may_be_table(search, words[i]) || !py_in_time(search->py) ||
		    read_entry(search->py, words[i], search->index, &entry))
			continue;
		if (entry.address && is_plausible_entry(search->arenas, &entry) &&
		    search->known >= entry.address &&
		    search->known - entry.address < search->arenas->arena_bytes)
			search->found = words[i];
	}
}

/* Searches the binary's data for the pointer to the table. */
static int search_vma(struct search *search, const struct vma *vma, uint8_t *buffer)
{
	uint64_t page_bytes = search->py->page_bytes, at = vma->start;
	bool present[MEMSRC_LOAD_PAGES];
	size_t i, count;
	int err = 0;

	for (; !err && !search->found && at < vma->end && py_in_time(search->py);
	     at += count * page_bytes) {
		uint64_t left = (vma->end - at) / page_bytes;

		count = left < MEMSRC_LOAD_PAGES ? left : MEMSRC_LOAD_PAGES;
		if (!count)
			break;
		err = memsrc__load(search->py->memsrc, at, count, buffer, present);
		for (i = 0; !err && i < count; i++) {
			if (present[i])
				search_page(search,
					    (const uint64_t *)(void *)(buffer + i * page_bytes),
					    page_bytes / sizeof(uint64_t));
		}
	}
	return err;
}

static void set_kind(struct search *search, enum vma_kind kind)
{
	const struct vma_list *vmas = search->py->vmas;
	size_t i;

	search->kind = kind;
	search->low = UINT64_MAX;
	search->high = 0;
	for (i = 0; i < vmas->count; i++) {
		if (vmas->vmas[i].kind != kind)
			continue;
		if (search->low > vmas->vmas[i].start)
			search->low = vmas->vmas[i].start;
		search->high = vmas->vmas[i].end;
	}
}

/*
 * A small table is on the heap; a large one has its own mapping. The pointer is in .bss up to 3.11
 * and from 3.13 on, which is the last of the binary's memory and a fifth of what .data takes.
 */
static int find_table(struct search *search)
{
	static const enum vma_kind kinds[] = { VMA_HEAP, VMA_ANON };
	const struct py *py = search->py;
	uint8_t *buffer = malloc(MEMSRC_LOAD_PAGES * py->page_bytes);
	size_t i, kind;
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		set_kind(search, kinds[kind]);
		for (i = py->binary_end; !err && !search->found && i > py->binary_first; i--) {
			if (py->vmas->vmas[i - 1].writable)
				err = search_vma(search, &py->vmas->vmas[i - 1], buffer);
		}
	}
	free(buffer);
	return err ? err : search->found ? 0 : -ENOENT;
}

static int by_start(const void *left, const void *right)
{
	const struct py_arena *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* Arenas are disjoint: overlaps are forged. */
static void sort_arenas(struct py_arenas *arenas)
{
	size_t i, kept = 0;

	if (arenas->count)
		array_sort(arenas->arenas, arenas->count, sizeof(*arenas->arenas), by_start);
	for (i = 0; i < arenas->count; i++) {
		if (!kept ||
		    arenas->arenas[i].start - arenas->arenas[kept - 1].start >= arenas->arena_bytes)
			arenas->arenas[kept++] = arenas->arenas[i];
	}
	arenas->count = kept;
}

static bool is_mapped(const struct py *py, uint64_t address)
{
	const struct vma *vma = vma_list__find(py->vmas, address);

	return vma && vma->writable && vma->kind == VMA_ANON;
}

/* The table's length is unknown: it ends where the entries are invalid. */
static int list_arenas(struct py_arenas *arenas, struct py *py, uint64_t table)
{
	struct entry entry;
	uint32_t i;

	for (i = 0; i < ARENAS_MAX && py_in_time(py); i++) {
		if (read_entry(py, table, i, &entry) || !is_plausible_entry(arenas, &entry))
			break;
		/*
		 * Arenas are mapped; the memory after the table may point to some place in the
		 * heap.
		 */
		if (!entry.address || !is_mapped(py, entry.address) ||
		    !is_mapped(py, entry.address + arenas->arena_bytes - 1))
			continue;
		if (array_reserve((void **)&arenas->arenas, &arenas->capacity, arenas->count + 1,
				  sizeof(*arenas->arenas)))
			return -ENOMEM;
		arenas->arenas[arenas->count++] =
			(struct py_arena){ entry.address, entry.pool_address, i };
	}
	sort_arenas(arenas);
	return 0;
}

/* Whether it is the pool of the object at known, which begins a block or follows a GC head. */
static bool plausible_pool(const struct py_arenas *arenas, const struct pool_head *head,
			   uint64_t known)
{
	uint64_t offset = known % arenas->pool_bytes, bytes, before;

	if (!head->used || head->class >= CLASSES || head->arena >= ARENAS_MAX ||
	    head->max_offset > arenas->pool_bytes || offset >= head->next_offset ||
	    head->next_offset > arenas->pool_bytes)
		return false;
	bytes = (uint64_t)(head->class + 1) * BLOCK_UNIT;
	if (head->used > arenas->pool_bytes / bytes)
		return false;
	for (before = 0; before <= BEFORE_MAX; before += BLOCK_UNIT) {
		if (offset >= POOL_HEAD_BYTES + before &&
		    (offset - before - POOL_HEAD_BYTES) % bytes == 0)
			return true;
	}
	return false;
}

int py_arenas__find(struct py_arenas *arenas, struct py *py)
{
	struct search search = { .py = py, .arenas = arenas, .known = py->modules };
	struct pool_head head;
	int err;

	memset(arenas, 0, sizeof(*arenas));
	set_geometry(arenas, py);
	if (py_read(py, search.known - search.known % arenas->pool_bytes, &head, sizeof(head)) ||
	    !plausible_pool(arenas, &head, search.known))
		return -ENOENT;
	search.index = head.arena;
	err = find_table(&search);
	return err ? err : list_arenas(arenas, py, search.found);
}

void py_arenas__deinit(struct py_arenas *arenas)
{
	free(arenas->arenas);
}

const struct py_arena *py_arenas__of(const struct py_arenas *arenas, uint64_t address)
{
	size_t above = sorted_above(arenas->arenas, arenas->count, sizeof(*arenas->arenas),
				    offsetof(struct py_arena, start), address);

	if (!above || address - arenas->arenas[above - 1].start >= arenas->arena_bytes)
		return NULL;
	return &arenas->arenas[above - 1];
}
