/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads the head of each pool, and the blocks of those whose size fits arrays. */
#include "arrays/python/sweep.h"

#include <errno.h>
#include <string.h>

#include "arrays/python/memory.h"
#include "base/array.h"

#define BLOCK_UNIT 16u
#define CLASSES 32u
#define BEFORE_MAX 48u

struct sweep {
	struct py *py;
	const struct py_arenas *arenas;
	const struct py_row_types *types;
	struct py_swept *ret;
};

/* Types are too large for pools; most false pointers to a type lead into a pool. */
static bool may_be_type(const struct sweep *sweep, uint64_t address)
{
	if (!address || address % 16)
		return false;
	return sweep->types->all ? !py_arenas__of(sweep->arenas, address)
				 : address_set__has(&sweep->types->types, address);
}

/*
 * An object begins with its block, or after what precedes it: 16 bytes for the garbage collector,
 * 16 for the attributes of 3.11 and later, 16 of PYTHONMALLOC=debug.
 */
static int look_at_block(struct sweep *sweep, const uint8_t *block, uint64_t address,
			 uint64_t bytes)
{
	struct address_list *list;
	uint64_t before;

	for (before = 0; before <= BEFORE_MAX && before + sweep->types->smallest <= bytes;
	     before += 16) {
		const struct py_type *type;
		uint64_t type_address;

		memcpy(&type_address, block + before + 8, sizeof(type_address));
		if (!may_be_type(sweep, type_address))
			continue;
		type = py_type_at(sweep->py, type_address);
		if (!type || !py_begins_at(sweep->py, type, address + before, before))
			continue;
		list = type->kind == PY_NDARRAY ? &sweep->ret->arrays : &sweep->ret->buffers;
		if (array_reserve((void **)&list->addresses, &list->capacity, list->count + 1,
				  sizeof(*list->addresses)))
			return -ENOMEM;
		list->addresses[list->count++] = address + before;
		return 0;
	}
	return 0;
}

static bool worth_a_look(const struct sweep *sweep, const struct pool_head *head, uint32_t arena)
{
	return head->used && head->arena == arena && head->class < CLASSES &&
	       sweep->types->classes >> head->class & 1 &&
	       (uint64_t)(head->class + 1) * BLOCK_UNIT >= sweep->types->smallest &&
	       head->next_offset <= sweep->arenas->pool_bytes;
}

static int sweep_pool(struct sweep *sweep, uint64_t pool, const struct pool_head *head)
{
	uint64_t bytes = (uint64_t)(head->class + 1) * BLOCK_UNIT, at;
	uint8_t block[CLASSES * BLOCK_UNIT];
	int err = 0;

	memsrc__prefetch(sweep->py->memsrc, pool, head->next_offset);
	/* One by one: a page in the middle may never have been touched. */
	for (at = POOL_HEAD_BYTES; !err && at + bytes <= head->next_offset; at += bytes) {
		if (!py_read(sweep->py, pool + at, block, bytes))
			err = look_at_block(sweep, block, pool + at, bytes);
	}
	return err;
}

static int sweep_arena(struct sweep *sweep, const struct py_arena *arena)
{
	uint64_t pool_bytes = sweep->arenas->pool_bytes;
	uint64_t end = arena->start + sweep->arenas->arena_bytes;
	struct pool_head heads[MEMSRC_SAMPLES];
	bool present[MEMSRC_SAMPLES];
	struct memsrc_samples samples = {
		.address = (arena->start + pool_bytes - 1) / pool_bytes * pool_bytes,
		.stride = pool_bytes,
		.bytes = sizeof(heads[0]),
	};
	size_t i;
	int err;

	if (end > arena->end)
		end = arena->end;
	while (samples.count < MEMSRC_SAMPLES &&
	       samples.address + (samples.count + 1) * pool_bytes <= end)
		samples.count++;
	if (!samples.count)
		return 0;
	err = memsrc__sample(sweep->py->memsrc, &samples, (uint8_t *)heads, present);
	for (i = 0; !err && i < samples.count && py_in_time(sweep->py); i++) {
		if (present[i] && worth_a_look(sweep, &heads[i], arena->index))
			err = sweep_pool(sweep, samples.address + i * pool_bytes, &heads[i]);
	}
	return err;
}

int py_sweep(struct py *py, const struct py_arenas *arenas, const struct py_row_types *types,
	     struct py_swept *ret)
{
	struct sweep sweep = { py, arenas, types, ret };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < arenas->count && py_in_time(py); i++)
		err = sweep_arena(&sweep, &arenas->arenas[i]);
	return err;
}

bool py_sweep_left_out(struct py *py, const struct py_arenas *arenas,
		       const struct py_row_types *types, uint64_t object)
{
	const struct py_type *type = py_type_of(py, object);
	struct pool_head head;

	if (types->all || !type || !py_arenas__of(arenas, object))
		return false;
	return !address_set__has(&types->types, type->address) ||
	       (!py_read(py, object - object % arenas->pool_bytes, &head, sizeof(head)) &&
		head.class < CLASSES && !(types->classes >> head.class & 1));
}
