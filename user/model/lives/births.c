/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Births of mappings. */
#include "model/lives/births.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void births__deinit(struct births *births)
{
	free(births->births);
	memset(births, 0, sizeof(*births));
}

static size_t lower_bound(const struct births *births, uint64_t address)
{
	size_t low = 0, high = births->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (births->births[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int splice(struct births *births, size_t first, size_t last, const struct birth *with,
		  size_t count)
{
	size_t tail = births->count - last;

	if (array_reserve((void **)&births->births, &births->capacity, first + count + tail + 1,
			  sizeof(*births->births)))
		return -ENOMEM;
	memmove(births->births + first + count, births->births + last,
		tail * sizeof(*births->births));
	memcpy(births->births + first, with, count * sizeof(*with));
	births->count = first + count + tail;
	return 0;
}

int births__copy(const struct births *births, struct births *ret)
{
	struct births copy = { 0 };
	int err = splice(&copy, 0, 0, births->births, births->count);

	if (!err)
		*ret = copy;
	return err;
}

static int replace(struct births *births, uint64_t start, uint64_t end, const struct birth *with)
{
	struct birth rest[3];
	size_t first, last, count = 0;

	if (start >= end)
		return 0;
	first = lower_bound(births, start);
	for (last = first; last < births->count && births->births[last].start < end; last++)
		continue;
	if (last > first && births->births[first].start < start) {
		rest[count] = births->births[first];
		rest[count++].end = start;
	}
	if (with)
		rest[count++] = *with;
	if (last > first && births->births[last - 1].end > end) {
		rest[count] = births->births[last - 1];
		rest[count++].start = end;
	}
	return splice(births, first, last, rest, count);
}

int births__set(struct births *births, uint64_t start, uint64_t end, uint64_t created_ns)
{
	struct birth birth = { start, end, created_ns };
	size_t at = births->count ? lower_bound(births, start ? start - 1 : 0) : 0;
	const struct birth *before = at < births->count ? &births->births[at] : NULL;

	/* A mapping that grows stays one. */
	if (start < end && before && before->end == start && before->created_ns == created_ns)
		birth.start = before->start;
	return replace(births, birth.start, end, &birth);
}

int births__forget(struct births *births, uint64_t start, uint64_t end)
{
	return replace(births, start, end, NULL);
}

int births__move(struct births *births, uint64_t start, uint64_t end, uint64_t to)
{
	struct births moved = { 0 };
	size_t first = lower_bound(births, start), i;
	int err;

	for (i = first; i < births->count && births->births[i].start < end; i++)
		continue;
	err = splice(&moved, 0, 0, births->births + first, i - first);
	if (!err)
		err = births__forget(births, start, end);
	if (!err)
		err = births__forget(births, to, to + (end - start));
	for (i = 0; !err && i < moved.count; i++) {
		uint64_t from = moved.births[i].start > start ? moved.births[i].start : start;
		uint64_t till = moved.births[i].end < end ? moved.births[i].end : end;

		err = births__set(births, from - start + to, till - start + to,
				  moved.births[i].created_ns);
	}
	births__deinit(&moved);
	return err;
}

uint64_t births__of(const struct births *births, uint64_t start, uint64_t end)
{
	size_t index = lower_bound(births, start);

	if (index >= births->count || births->births[index].start > start ||
	    births->births[index].end < end)
		return 0;
	return births->births[index].created_ns;
}
