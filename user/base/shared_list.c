/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Cutting a list into pieces, and finding those that exist already. */
#include "base/shared_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/counted.h"

/* Of a piece, on the average and at most. */
#define ITEMS_SHIFT 5u
#define ITEMS_MAX 128u

struct piece {
	size_t count;
	max_align_t items[]; /* then what they point to */
};

struct shared_list {
	size_t count;
	size_t piece_count;
	const struct piece *pieces[];
};

/* Items that become pieces. */
struct making {
	const struct shared_kind *kind;
	const char *items;
	size_t count;
};

static const void *item_at(const struct making *making, size_t i)
{
	return making->items + i * making->kind->item_bytes;
}

/* Whether a piece begins with the item of this key: one in so many does, wherever it stands. */
static bool begins_piece(uint64_t key)
{
	return key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - ITEMS_SHIFT) == 0;
}

static size_t piece_end(const struct making *making, size_t first)
{
	size_t i = first + 1;

	while (i < making->count && i - first < ITEMS_MAX &&
	       !begins_piece(making->kind->key(item_at(making, i))))
		i++;
	return i;
}

static size_t count_pieces(const struct making *making)
{
	size_t pieces = 0, i;

	for (i = 0; i < making->count; i = piece_end(making, i))
		pieces++;
	return pieces;
}

static size_t round_up_bytes(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

static size_t outside_bytes(const struct making *making, size_t i)
{
	const struct shared_kind *kind = making->kind;

	return kind->outside_bytes ? round_up_bytes(kind->outside_bytes(item_at(making, i))) : 0;
}

static const struct piece *new_piece(const struct making *making, size_t first, size_t count)
{
	const struct shared_kind *kind = making->kind;
	size_t bytes = count * kind->item_bytes, outside = 0, i;
	struct piece *piece;
	char *to;

	for (i = 0; i < count; i++)
		outside += outside_bytes(making, first + i);
	piece = counted__new(sizeof(*piece) + bytes + outside, NULL);
	if (!piece)
		return NULL;
	piece->count = count;
	memcpy(piece->items, item_at(making, first), bytes);
	to = (char *)piece->items + bytes;
	for (i = 0; kind->pack && i < count; i++) {
		kind->pack((char *)piece->items + i * kind->item_bytes, to);
		to += outside_bytes(making, first + i);
	}
	return piece;
}

static void drop_pieces(void *memory)
{
	struct shared_list *list = memory;
	size_t i;

	for (i = 0; i < list->piece_count; i++)
		counted__drop(list->pieces[i]);
}

/* Its pieces are yet to come. */
static struct shared_list *new_list(size_t count, size_t piece_count)
{
	struct shared_list *list =
		counted__new(sizeof(*list) + piece_count * sizeof(*list->pieces), drop_pieces);

	if (!list)
		return NULL;
	list->count = count;
	list->piece_count = piece_count;
	return list;
}

const struct shared_list *shared_list__new(const struct shared_kind *kind, const void *items,
					   size_t count)
{
	const struct making making = { kind, items, count };
	struct shared_list *list = new_list(count, count > 0);

	if (!list || !count)
		return list;
	list->pieces[0] = new_piece(&making, 0, count);
	if (list->pieces[0])
		return list;
	counted__drop(list);
	return NULL;
}

/* Of an earlier list, by the keys of their first items. */
struct keyed_piece {
	uint64_t key;
	const struct piece *piece;
};

static int by_key(const void *left, const void *right)
{
	const struct keyed_piece *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

struct index {
	struct keyed_piece *pieces;
	size_t count;
};

static int index_pieces(const struct shared_kind *kind, const struct shared_list *list,
			struct index *ret)
{
	size_t count = list ? list->piece_count : 0, i;

	*ret = (struct index){ malloc((count + 1) * sizeof(*ret->pieces)), count };
	if (!ret->pieces)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		ret->pieces[i] =
			(struct keyed_piece){ kind->key(list->pieces[i]->items), list->pieces[i] };
	array_sort(ret->pieces, count, sizeof(*ret->pieces), by_key);
	return 0;
}

static bool is_equal(const struct shared_kind *kind, const struct piece *left,
		     const struct piece *right)
{
	const char *a = (const char *)left->items, *b = (const char *)right->items;
	size_t i;

	if (left->count != right->count)
		return false;
	if (!kind->equal)
		return !memcmp(a, b, left->count * kind->item_bytes);
	for (i = 0; i < left->count; i++) {
		if (!kind->equal(a + i * kind->item_bytes, b + i * kind->item_bytes))
			return false;
	}
	return true;
}

/* Holds the equal piece of the index instead, if there is one. NULL stays NULL. */
static const struct piece *share_piece(const struct shared_kind *kind, const struct piece *piece,
				       const struct index *index)
{
	const struct keyed_piece *found;

	if (!piece)
		return NULL;
	found = array_find(&(struct keyed_piece){ kind->key(piece->items), NULL }, index->pieces,
			   index->count, sizeof(*found), by_key);
	if (!found || !is_equal(kind, piece, found->piece))
		return piece;
	counted__drop(piece);
	return counted__hold(found->piece);
}

/* A list that is whole, in pieces. */
static struct shared_list *cut_list(const struct shared_kind *kind, const struct shared_list *list,
				    const struct index *index)
{
	const struct making making = { kind, (const char *)list->pieces[0]->items, list->count };
	struct shared_list *ret = new_list(list->count, count_pieces(&making));
	size_t first = 0, end, i;

	for (i = 0; ret && i < ret->piece_count; i++, first = end) {
		end = piece_end(&making, first);
		ret->pieces[i] = share_piece(kind, new_piece(&making, first, end - first), index);
		if (!ret->pieces[i]) {
			counted__drop(ret);
			return NULL;
		}
	}
	return ret;
}

/* The same of one that is in pieces already. */
static struct shared_list *copy_list(const struct shared_kind *kind, const struct shared_list *list,
				     const struct index *index)
{
	struct shared_list *ret = new_list(list->count, list->piece_count);
	size_t i;

	for (i = 0; ret && i < ret->piece_count; i++)
		ret->pieces[i] = share_piece(kind, counted__hold(list->pieces[i]), index);
	return ret;
}

static bool has_same_pieces(const struct shared_list *left, const struct shared_list *right)
{
	return left->piece_count == right->piece_count &&
	       !memcmp(left->pieces, right->pieces, left->piece_count * sizeof(*left->pieces));
}

int shared_list__share(const struct shared_kind *kind, const struct shared_list **list,
		       const struct shared_list *before)
{
	const struct shared_list *old = *list;
	struct shared_list *shared = NULL;
	struct index index;

	if (!old || old == before)
		return 0;
	if (!index_pieces(kind, before, &index))
		shared = old->piece_count == 1 ? cut_list(kind, old, &index)
					       : copy_list(kind, old, &index);
	free(index.pieces);
	if (!shared)
		return -ENOMEM;
	*list = counted__hold(before && has_same_pieces(shared, before) ? before : shared);
	counted__drop(shared);
	counted__drop(old);
	return 0;
}

size_t shared_list__count(const struct shared_list *list)
{
	return list ? list->count : 0;
}

const void *shared_list__whole(const struct shared_list *list)
{
	return list && list->piece_count == 1 ? list->pieces[0]->items : NULL;
}

void *shared_list__copy(const struct shared_list *list, size_t item_bytes)
{
	char *items = malloc(shared_list__count(list) * item_bytes + 1), *to = items;
	size_t i;

	for (i = 0; items && list && i < list->piece_count; i++) {
		size_t bytes = list->pieces[i]->count * item_bytes;

		memcpy(to, list->pieces[i]->items, bytes);
		to += bytes;
	}
	return items;
}

uint64_t shared_list__bytes(const struct shared_list *list)
{
	uint64_t bytes = counted__bytes(list);
	size_t i;

	for (i = 0; list && i < list->piece_count; i++)
		bytes += counted__bytes(list->pieces[i]);
	return bytes;
}

uint64_t shared_list__charge(const struct shared_list *list)
{
	uint64_t bytes = 0;
	size_t i;

	if (!counted__charge(list))
		return 0;
	bytes = counted__bytes(list);
	for (i = 0; i < list->piece_count; i++) {
		if (counted__charge(list->pieces[i]))
			bytes += counted__bytes(list->pieces[i]);
	}
	return bytes;
}

uint64_t shared_list__discharge(const struct shared_list *list)
{
	uint64_t bytes = 0;
	size_t i;

	if (!counted__discharge(list))
		return 0;
	bytes = counted__bytes(list);
	for (i = 0; i < list->piece_count; i++) {
		if (counted__discharge(list->pieces[i]))
			bytes += counted__bytes(list->pieces[i]);
	}
	return bytes;
}
