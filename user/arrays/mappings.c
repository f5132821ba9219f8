/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The ranges of mmap calls: cut by munmap and MAP_FIXED, moved and resized by mremap. */
#include "arrays/mappings.h"

#include <stdlib.h>

#include "arrays/allocation_array.h"
#include "arrays/allocation_book.h"

struct mappings {
	struct allocation_book book;
	uint64_t min_bytes;
};

struct mappings *mappings__new(uint64_t min_bytes, size_t max)
{
	struct mappings *mappings = calloc(1, sizeof(*mappings));

	if (!mappings)
		return NULL;
	mappings->min_bytes = min_bytes;
	if (!allocation_book__init(&mappings->book, max))
		return mappings;
	free(mappings);
	return NULL;
}

struct mappings *mappings__fork(const struct mappings *parent)
{
	struct mappings *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->min_bytes = parent->min_bytes;
	if (!allocation_book__fork(&child->book, &parent->book))
		return child;
	free(child);
	return NULL;
}

void mappings__free(struct mappings *mappings)
{
	if (!mappings)
		return;
	allocation_book__deinit(&mappings->book);
	free(mappings);
}

/* Nothing else can be where the call put it: the end of what is recorded there was not seen. */
static int place_mapping(struct mappings *mappings, const struct allocation *allocation)
{
	int err = allocations__cut(mappings->book.allocations, allocation->start, allocation->end,
				   NULL, NULL);

	if (!err && allocation->start < allocation->end)
		err = allocations__insert(mappings->book.allocations, allocation);
	return allocation_book__forget_if_full(&mappings->book, err);
}

static int on_mmap(struct mappings *mappings, const struct map_change *began)
{
	struct allocation allocation = {
		.start = began->start,
		.end = began->end,
		.whole_start = began->start,
		.whole_bytes = began->end - began->start,
		.time_ns = began->time_ns,
		.tid = began->tid,
	};

	if (allocation.whole_bytes < mappings->min_bytes)
		return 0;
	allocation.number = ++mappings->book.numbers;
	return place_mapping(mappings, &allocation);
}

/*
 * mremap moved the end of the range that ends at `from`, the last of its call: it now ends at `to`.
 */
static void resize_mapping(struct mappings *mappings, uint64_t from, uint64_t to)
{
	struct allocation *last = from ? allocations__above(mappings->book.allocations, from - 1)
				       : NULL;

	if (!last || last->end != from || last->start >= from)
		return;
	last->end = to;
	if (last->start == last->whole_start)
		last->whole_bytes = to - last->start;
}

static int on_began(struct mappings *mappings, const struct map_change *began)
{
	int err =
		allocations__cut(mappings->book.allocations, began->start, began->end, NULL, NULL);

	if (err)
		return allocation_book__forget_if_full(&mappings->book, err);
	if (began->how == MAP_OP_MMAP)
		return on_mmap(mappings, began);
	if (began->resizes)
		resize_mapping(mappings, began->start, began->end);
	return 0;
}

static int on_ended(struct mappings *mappings, const struct map_change *ended)
{
	int err =
		allocations__cut(mappings->book.allocations, ended->start, ended->end, NULL, NULL);

	if (!err && ended->resizes)
		resize_mapping(mappings, ended->start, ended->start);
	return allocation_book__forget_if_full(&mappings->book, err);
}

/* The whole allocation has the new address, too. */
static int on_moved(struct mappings *mappings, const struct map_change *moved)
{
	struct allocation_list parts = { 0 };
	int err = allocations__cut(mappings->book.allocations, moved->start, moved->end, NULL,
				   &parts);
	size_t i;

	err = allocation_book__forget_if_full(&mappings->book, err);
	for (i = 0; !err && i < parts.count; i++) {
		struct allocation part = parts.allocations[i];

		if (moved->stays)
			err = place_mapping(mappings, &part);
		part.start += moved->to - moved->start;
		part.end += moved->to - moved->start;
		part.whole_start += moved->to - moved->start;
		if (!err)
			err = place_mapping(mappings, &part);
	}
	free(parts.allocations);
	return err;
}

/* Advice drops pages, not mappings; the break is not an mmap. */
static bool is_of_mappings(enum map_op op)
{
	return op == MAP_OP_MMAP || op == MAP_OP_MUNMAP || op == MAP_OP_MREMAP ||
	       op == MAP_OP_SHMAT || op == MAP_OP_SHMDT;
}

int mappings__change(struct mappings *mappings, const struct map_change *change)
{
	if (!is_of_mappings(change->how))
		return 0;
	switch (change->type) {
	case MAP_CHANGE_ENDED:
		return on_ended(mappings, change);
	case MAP_CHANGE_BEGAN:
		return on_began(mappings, change);
	case MAP_CHANGE_MOVED:
		return change->to == change->start ? 0 : on_moved(mappings, change);
	default:
		return 0;
	}
}

int mappings__arrays(struct mappings *mappings, struct array_list *list)
{
	struct allocation *allocation;
	uint64_t at = 0;
	int err = 0;

	while (!err && (allocation = allocations__above(mappings->book.allocations, at))) {
		at = allocation->end;
		err = allocation_array_add(allocation, ARRAY_MAPPING, list);
	}
	return err;
}

uint64_t mappings__forgotten(const struct mappings *mappings)
{
	return mappings->book.forgotten;
}
