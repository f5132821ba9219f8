/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One table per level. For each inner box it has the outer indices with that box, in ascending
 * order, so that an interval only grows at its end and a progression at its last block.
 */
#include "model/index/index_pieces.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/index/index_group.h"

/* Over all tables: 8 MiB of blocks. */
#define BLOCKS_MAX (1u << 18)
#define SLOTS_MIN 16u

struct entry {
	uint64_t first; /* the interval that can still grow */
	uint64_t end;
	struct index_blocks done; /* closed intervals before it that form a progression; count 0:
				   * none */
	uint64_t hash;
	size_t slot;
};

struct table {
	uint32_t tail_length; /* number of blocks of the levels below */
	struct entry *entries;
	size_t entry_count, entry_capacity;
	struct index_blocks *tails; /* tail_length per entry */
	size_t tail_capacity;
	uint32_t *slots; /* entry + 1; 0: free; a power of two */
	size_t slot_count;
	struct index_blocks *boxes;	/* 1 + tail_length each */
	size_t box_count, box_capacity; /* the capacity in blocks */
};

struct index_pieces {
	struct index_group group; /* rows of the second-last level */
	uint32_t level_count;
	size_t room; /* how many more blocks may be kept */
	struct table *tables;
	struct index_blocks *full; /* the whole of each level */
};

static int on_group(void *ctx, uint64_t first, uint64_t end, const struct index_blocks *blocks);

struct index_pieces *index_pieces__new(const struct index_levels *levels)
{
	struct index_pieces *pieces = calloc(1, sizeof(*pieces));
	uint32_t i;

	if (!pieces)
		return NULL;
	pieces->tables = calloc(levels->count, sizeof(*pieces->tables));
	pieces->full = calloc(levels->count, sizeof(*pieces->full));
	if (!pieces->tables || !pieces->full) {
		index_pieces__free(pieces);
		return NULL;
	}
	pieces->level_count = levels->count;
	pieces->room = BLOCKS_MAX;
	pieces->group.emit = on_group;
	pieces->group.ctx = pieces;
	for (i = 0; i < levels->count; i++) {
		pieces->tables[i].tail_length = levels->count - 1 - i;
		pieces->full[i] = (struct index_blocks){ 0, 0, levels->levels[i].count, 1 };
	}
	return pieces;
}

void index_pieces__free(struct index_pieces *pieces)
{
	uint32_t i;

	if (!pieces)
		return;
	for (i = 0; i < pieces->level_count; i++) {
		free(pieces->tables[i].entries);
		free(pieces->tables[i].tails);
		free(pieces->tables[i].slots);
		free(pieces->tables[i].boxes);
	}
	index_group__deinit(&pieces->group);
	free(pieces->tables);
	free(pieces->full);
	free(pieces);
}

static int take_room(struct index_pieces *pieces, size_t blocks)
{
	if (blocks > pieces->room)
		return -E2BIG;
	pieces->room -= blocks;
	return 0;
}

static int push_box(struct index_pieces *pieces, struct table *table, struct index_blocks own,
		    const struct index_blocks *tail)
{
	size_t length = 1 + table->tail_length, used = table->box_count * length;
	int err;

	err = take_room(pieces, length);
	if (!err)
		err = array_reserve((void **)&table->boxes, &table->box_capacity, used + length,
				    sizeof(*table->boxes));
	if (err)
		return err;
	table->boxes[used] = own;
	if (table->tail_length)
		memcpy(table->boxes + used + 1, tail, table->tail_length * sizeof(*tail));
	table->box_count++;
	return 0;
}

/* What can no longer grow becomes boxes; two blocks are not a progression yet. */
static int flush_blocks(struct index_pieces *pieces, struct table *table, struct index_blocks *done,
			const struct index_blocks *tail)
{
	struct index_blocks one = { done->first, 0, done->width, 1 };
	int err = 0;

	if (done->count > 2) {
		err = push_box(pieces, table, *done, tail);
	} else if (done->count) {
		err = push_box(pieces, table, one, tail);
		one.first += done->step;
		if (!err && done->count == 2)
			err = push_box(pieces, table, one, tail);
	}
	done->count = 0;
	return err;
}

/* The open interval joins the progression, or replaces it. */
static int close_interval(struct index_pieces *pieces, struct table *table, struct entry *entry,
			  const struct index_blocks *tail)
{
	struct index_blocks *done = &entry->done, next = { entry->first, 0, 0, 1 };
	uint64_t last = done->first + (done->count - 1) * done->step;
	int err = 0;

	next.width = entry->end - entry->first;
	if (done->count && next.width == done->width) {
		if (done->count == 1 || next.first == last + done->step) {
			done->step = next.first - last;
			done->count++;
			return 0;
		}
		/* If two blocks do not continue like this, the second may begin a progression. */
		if (done->count == 2) {
			err = push_box(pieces, table,
				       (struct index_blocks){ done->first, 0, done->width, 1 },
				       tail);
			*done = (struct index_blocks){ last, next.first - last, next.width, 2 };
			return err;
		}
	}
	err = flush_blocks(pieces, table, done, tail);
	*done = next;
	return err;
}

static uint64_t hash_of(const struct index_blocks *tail, uint32_t length)
{
	uint64_t hash = 0x9e3779b97f4a7c15ull;
	uint32_t i;

	for (i = 0; i < length; i++) {
		const uint64_t words[] = { tail[i].first, tail[i].step, tail[i].width,
					   tail[i].count };
		size_t j;

		for (j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			hash = (hash ^ words[j]) * 0xff51afd7ed558ccdull;
			hash ^= hash >> 32;
		}
	}
	return hash;
}

static int grow_slots(struct table *table)
{
	size_t count = table->slot_count ? 2 * table->slot_count : SLOTS_MIN, i, at;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < table->entry_count; i++) {
		for (at = table->entries[i].hash % count; slots[at]; at = (at + 1) % count)
			continue;
		slots[at] = (uint32_t)i + 1;
		table->entries[i].slot = at;
	}
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	return 0;
}

/* NULL: the last level has none. */
static struct index_blocks *tail_of(const struct table *table, size_t entry)
{
	return table->tail_length ? table->tails + entry * table->tail_length : NULL;
}

/* The entry of this tail; a new one has an empty interval. */
static int find_entry(struct index_pieces *pieces, struct table *table,
		      const struct index_blocks *tail, size_t *ret)
{
	uint32_t length = table->tail_length;
	uint64_t hash = hash_of(tail, length);
	size_t at;
	int err = 0;

	if (2 * table->entry_count >= table->slot_count)
		err = grow_slots(table);
	if (err)
		return err;
	for (at = hash % table->slot_count; table->slots[at]; at = (at + 1) % table->slot_count) {
		*ret = table->slots[at] - 1;
		if (table->entries[*ret].hash == hash &&
		    (!length || !memcmp(tail_of(table, *ret), tail, length * sizeof(*tail))))
			return 0;
	}
	*ret = table->entry_count;
	err = take_room(pieces, 1 + length);
	if (!err)
		err = array_reserve((void **)&table->entries, &table->entry_capacity, *ret + 1,
				    sizeof(*table->entries));
	if (!err && length)
		err = array_reserve((void **)&table->tails, &table->tail_capacity,
				    (*ret + 1) * length, sizeof(*table->tails));
	if (err)
		return err;
	if (length)
		memcpy(tail_of(table, *ret), tail, length * sizeof(*tail));
	memset(&table->entries[*ret], 0, sizeof(*table->entries));
	table->entries[*ret].hash = hash;
	table->entries[*ret].slot = at;
	table->slots[at] = (uint32_t)*ret + 1;
	table->entry_count++;
	return 0;
}

static int add_blocks(struct index_pieces *pieces, uint32_t depth, uint64_t first, uint64_t end,
		      const struct index_blocks *tail)
{
	struct table *table = &pieces->tables[depth];
	struct entry *entry;
	size_t which;
	int err;

	err = find_entry(pieces, table, tail, &which);
	if (err)
		return err;
	entry = &table->entries[which];
	if (entry->end > entry->first && entry->end == first) {
		entry->end = end;
		return 0;
	}
	if (entry->end > entry->first)
		err = close_interval(pieces, table, entry, tail);
	entry->first = first;
	entry->end = end;
	return err;
}

/* Everything in a table becomes its boxes. */
static int finish_table(struct index_pieces *pieces, struct table *table)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < table->entry_count; i++) {
		const struct index_blocks *tail = tail_of(table, i);

		err = close_interval(pieces, table, &table->entries[i], tail);
		if (!err)
			err = flush_blocks(pieces, table, &table->entries[i].done, tail);
	}
	return err;
}

static void reset_table(struct index_pieces *pieces, struct table *table)
{
	size_t i;

	for (i = 0; i < table->entry_count; i++)
		table->slots[table->entries[i].slot] = 0;
	pieces->room += (table->entry_count + table->box_count) * (1 + table->tail_length);
	table->entry_count = 0;
	table->box_count = 0;
}

static int on_group(void *ctx, uint64_t first, uint64_t end, const struct index_blocks *blocks)
{
	struct index_pieces *pieces = ctx;

	return add_blocks(pieces, pieces->level_count - 2, first, end, blocks);
}

static bool has_group(const struct index_pieces *pieces, uint32_t depth)
{
	return depth + 2 == pieces->level_count;
}

static int on_run(void *ctx, uint32_t depth, const uint64_t *index, uint64_t first, uint64_t end)
{
	struct index_pieces *pieces = ctx;
	int err = has_group(pieces, depth) ? index_group__close(&pieces->group) : 0;

	(void)index;
	return err ? err : add_blocks(pieces, depth, first, end, pieces->full + depth + 1);
}

static int finish_level(struct index_pieces *pieces, uint32_t depth)
{
	int err = has_group(pieces, depth) ? index_group__close(&pieces->group) : 0;

	return err ? err : finish_table(pieces, &pieces->tables[depth]);
}

/* The boxes of the level below are the tails of this index. */
static int on_leave(void *ctx, uint32_t depth, const uint64_t *index)
{
	struct index_pieces *pieces = ctx;
	struct table *inner = &pieces->tables[depth + 1];
	size_t i;
	int err;

	err = finish_level(pieces, depth + 1);
	if (!err && has_group(pieces, depth))
		err = index_group__add_row(&pieces->group, index[depth], inner->boxes,
					   inner->box_count);
	for (i = 0; !err && !has_group(pieces, depth) && i < inner->box_count; i++)
		err = add_blocks(pieces, depth, index[depth], index[depth] + 1,
				 inner->boxes + i * (1 + inner->tail_length));
	reset_table(pieces, inner);
	return err;
}

struct index_visitor index_pieces__visitor(struct index_pieces *pieces)
{
	return (struct index_visitor){ on_run, on_leave, pieces };
}

int index_pieces__finish(struct index_pieces *pieces, const struct index_blocks **boxes,
			 size_t *count)
{
	int err = finish_level(pieces, 0);

	*boxes = pieces->tables[0].boxes;
	*count = pieces->tables[0].box_count;
	return err;
}
