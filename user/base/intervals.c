/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sorted, disjoint intervals with values. */
#include "base/intervals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"

/* Setting, cutting and each half of a move add at most two intervals. */
#define SPLIT_MAX 2

static int reserve_items(struct intervals *map, size_t more)
{
	return array_reserve((void **)&map->items, &map->capacity, map->count + more,
			     sizeof(*map->items));
}

void intervals__deinit(struct intervals *map)
{
	free(map->items);
	memset(map, 0, sizeof(*map));
}

int intervals__copy(const struct intervals *map, struct intervals *ret)
{
	struct intervals copy = { 0 };

	if (map->count && reserve_items(&copy, map->count))
		return -ENOMEM;
	if (map->count)
		memcpy(copy.items, map->items, map->count * sizeof(*copy.items));
	copy.count = map->count;
	*ret = copy;
	return 0;
}

size_t intervals__first(const struct intervals *map, uint64_t address)
{
	return sorted_above(map->items, map->count, sizeof(*map->items),
			    offsetof(struct interval, end), address);
}

const struct interval *intervals__at(const struct intervals *map, uint64_t address)
{
	size_t index = intervals__first(map, address);

	return index < map->count && map->items[index].start <= address ? &map->items[index] : NULL;
}

bool intervals__part(const struct intervals *map, size_t *at, uint64_t start, uint64_t end,
		     struct interval *ret)
{
	if (*at >= map->count)
		return false;
	*ret = map->items[*at];
	if (!sorted_clip(&ret->start, &ret->end, start, end))
		return false;
	++*at;
	return true;
}

/* Makes a gap for `more` intervals at index. The caller has reserved the room. */
static void open_gap(struct intervals *map, size_t index, size_t more)
{
	memmove(map->items + index + more, map->items + index,
		(map->count - index) * sizeof(*map->items));
	map->count += more;
}

static void close_gap(struct intervals *map, size_t index, size_t gone)
{
	memmove(map->items + index, map->items + index + gone,
		(map->count - index - gone) * sizeof(*map->items));
	map->count -= gone;
}

/*
 * Empties [start, end), which is not an empty range; there is room for one more interval. Returns
 * the index of the interval after it.
 */
static size_t cut_out(struct intervals *map, uint64_t start, uint64_t end)
{
	size_t first = intervals__first(map, start), last;

	if (first == map->count)
		return first;
	if (map->items[first].start < start && map->items[first].end > end) {
		open_gap(map, first, 1);
		map->items[first] = map->items[first + 1];
		map->items[first].end = start;
		map->items[first + 1].start = end;
		return first + 1;
	}
	if (map->items[first].start < start)
		map->items[first++].end = start;
	for (last = first; last < map->count && map->items[last].end <= end; last++)
		continue;
	if (last < map->count && map->items[last].start < end)
		map->items[last].start = end;
	if (last > first)
		close_gap(map, first, last - first);
	return first;
}

static bool can_join(const struct interval *left, const struct interval *right)
{
	return left->end == right->start && left->value == right->value;
}

/* Joins the interval at index with the one before it, if they touch and have the same value. */
static void join_at(struct intervals *map, size_t index)
{
	if (!index || index >= map->count || !can_join(&map->items[index - 1], &map->items[index]))
		return;
	map->items[index - 1].end = map->items[index].end;
	close_gap(map, index, 1);
}

int intervals__set(struct intervals *map, uint64_t start, uint64_t end, uint64_t value)
{
	size_t index;

	if (start >= end)
		return 0;
	if (reserve_items(map, SPLIT_MAX))
		return -ENOMEM;
	index = cut_out(map, start, end);
	open_gap(map, index, 1);
	map->items[index] = (struct interval){ start, end, value };
	join_at(map, index + 1);
	join_at(map, index);
	return 0;
}

int intervals__cut(struct intervals *map, uint64_t start, uint64_t end)
{
	if (start >= end)
		return 0;
	if (reserve_items(map, SPLIT_MAX))
		return -ENOMEM;
	cut_out(map, start, end);
	return 0;
}

/* Copies the values of [start, end), moved by `by`. The caller has reserved the room. */
static void copy_part(const struct intervals *map, uint64_t start, uint64_t end, uint64_t by,
		      struct intervals *ret)
{
	size_t at = intervals__first(map, start);
	struct interval part;

	while (intervals__part(map, &at, start, end, &part)) {
		part.start += by;
		part.end += by;
		ret->items[ret->count++] = part;
	}
}

int intervals__move(struct intervals *map, uint64_t start, uint64_t end, uint64_t to)
{
	struct intervals moved = { 0 };
	size_t first = intervals__first(map, start), index;

	if (start >= end || start == to)
		return 0;
	for (index = first; index < map->count && map->items[index].start < end; index++)
		continue;
	if (reserve_items(&moved, index - first) ||
	    reserve_items(map, index - first + 2 * SPLIT_MAX)) {
		intervals__deinit(&moved);
		return -ENOMEM;
	}
	copy_part(map, start, end, to - start, &moved);
	cut_out(map, start, end);
	index = cut_out(map, to, to + (end - start));
	if (moved.count) {
		open_gap(map, index, moved.count);
		memcpy(map->items + index, moved.items, moved.count * sizeof(*moved.items));
		join_at(map, index + moved.count);
		join_at(map, index);
	}
	intervals__deinit(&moved);
	return 0;
}

int intervals__append(struct intervals *map, uint64_t start, uint64_t end, uint64_t value)
{
	struct interval *last = map->count ? &map->items[map->count - 1] : NULL;

	if (start >= end)
		return 0;
	if (last && start >= last->start && start <= last->end && value == last->value) {
		if (end > last->end)
			last->end = end;
		return 0;
	}
	if (reserve_items(map, 1))
		return -ENOMEM;
	map->items[map->count++] = (struct interval){ start, end, value };
	return 0;
}

static int compare_starts(const void *left, const void *right)
{
	const struct interval *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

void intervals__settle(struct intervals *map)
{
	size_t i, kept = 0;

	for (i = 1; i < map->count && map->items[i - 1].start < map->items[i].start; i++)
		continue;
	if (i < map->count)
		array_sort(map->items, map->count, sizeof(*map->items), compare_starts);
	for (i = 0; i < map->count; i++) {
		const struct interval item = map->items[i];

		if (kept && item.start <= map->items[kept - 1].end) {
			if (item.end > map->items[kept - 1].end)
				map->items[kept - 1].end = item.end;
		} else {
			map->items[kept++] = item;
		}
	}
	map->count = kept;
}

uint64_t intervals__bytes(const struct intervals *map, uint64_t start, uint64_t end)
{
	size_t at = intervals__first(map, start);
	struct interval part;
	uint64_t bytes = 0;

	while (intervals__part(map, &at, start, end, &part))
		bytes += part.end - part.start;
	return bytes;
}
