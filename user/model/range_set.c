/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sorted, disjoint, joined ranges. */
#include "model/range_set.h"

#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"

void range_set__deinit(struct range_set *set)
{
	free(set->ranges);
	memset(set, 0, sizeof(*set));
}

size_t range_set__lower_bound(const struct range_set *set, uint64_t address)
{
	return sorted_above(set->ranges, set->count, sizeof(*set->ranges),
			    offsetof(struct range, end), address);
}

/* Replaces ranges [first, last) by the given ones. */
static int splice(struct range_set *set, size_t first, size_t last, const struct range *with,
		  size_t count)
{
	size_t tail = set->count - last;
	int err;

	err = array_reserve((void **)&set->ranges, &set->capacity, first + count + tail,
			    sizeof(*set->ranges));
	if (err)
		return err;
	memmove(set->ranges + first + count, set->ranges + last, tail * sizeof(*set->ranges));
	memcpy(set->ranges + first, with, count * sizeof(*with));
	set->count = first + count + tail;
	return 0;
}

int range_set__add(struct range_set *set, uint64_t start, uint64_t end)
{
	struct range joined = { start, end };
	size_t first, last;

	if (start >= end)
		return 0;
	/* A range that ends where this one starts is joined as well. */
	first = start ? range_set__lower_bound(set, start - 1) : 0;
	for (last = first; last < set->count && set->ranges[last].start <= end; last++) {
		if (set->ranges[last].start < joined.start)
			joined.start = set->ranges[last].start;
		if (set->ranges[last].end > joined.end)
			joined.end = set->ranges[last].end;
	}
	return splice(set, first, last, &joined, 1);
}

int range_set__append(struct range_set *set, uint64_t start, uint64_t end)
{
	struct range *last = set->count ? &set->ranges[set->count - 1] : NULL;
	int err;

	if (start >= end)
		return 0;
	if (last && start >= last->start && start <= last->end) {
		if (end > last->end)
			last->end = end;
		return 0;
	}
	err = array_reserve((void **)&set->ranges, &set->capacity, set->count + 1,
			    sizeof(*set->ranges));
	if (!err)
		set->ranges[set->count++] = (struct range){ start, end };
	return err;
}

static int compare_starts(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

void range_set__settle(struct range_set *set)
{
	size_t i, kept = 0;

	for (i = 1; i < set->count && set->ranges[i - 1].start < set->ranges[i].start; i++)
		continue;
	if (i < set->count)
		array_sort(set->ranges, set->count, sizeof(*set->ranges), compare_starts);
	for (i = 0; i < set->count; i++) {
		const struct range range = set->ranges[i];

		if (kept && range.start <= set->ranges[kept - 1].end) {
			if (range.end > set->ranges[kept - 1].end)
				set->ranges[kept - 1].end = range.end;
		} else {
			set->ranges[kept++] = range;
		}
	}
	set->count = kept;
}

int range_set__subtract(struct range_set *set, uint64_t start, uint64_t end)
{
	struct range rest[2];
	size_t first, last, count = 0;

	if (start >= end)
		return 0;
	first = range_set__lower_bound(set, start);
	for (last = first; last < set->count && set->ranges[last].start < end; last++)
		continue;
	if (first == last)
		return 0;
	if (set->ranges[first].start < start)
		rest[count++] = (struct range){ set->ranges[first].start, start };
	if (set->ranges[last - 1].end > end)
		rest[count++] = (struct range){ end, set->ranges[last - 1].end };
	return splice(set, first, last, rest, count);
}

int range_set__move(struct range_set *set, uint64_t start, uint64_t end, uint64_t to)
{
	struct range_set moved = { 0 };
	size_t i;
	int err = 0;

	for (i = range_set__lower_bound(set, start);
	     !err && i < set->count && set->ranges[i].start < end; i++) {
		uint64_t from = set->ranges[i].start > start ? set->ranges[i].start : start;
		uint64_t till = set->ranges[i].end < end ? set->ranges[i].end : end;

		err = range_set__add(&moved, from - start + to, till - start + to);
	}
	if (!err)
		err = range_set__subtract(set, start, end);
	if (!err)
		err = range_set__subtract(set, to, to + (end - start));
	for (i = 0; !err && i < moved.count; i++)
		err = range_set__add(set, moved.ranges[i].start, moved.ranges[i].end);
	range_set__deinit(&moved);
	return err;
}

uint64_t range_set__bytes(const struct range_set *set, uint64_t start, uint64_t end)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = range_set__lower_bound(set, start); i < set->count && set->ranges[i].start < end;
	     i++) {
		uint64_t from = set->ranges[i].start > start ? set->ranges[i].start : start;
		uint64_t till = set->ranges[i].end < end ? set->ranges[i].end : end;

		bytes += till - from;
	}
	return bytes;
}
