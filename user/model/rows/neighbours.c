/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Counts with sorted starts and sorted ends, so that no pair of arrays is compared. */
#include "model/rows/neighbours.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/sorted.h"

struct owners {
	uint64_t *starts; /* of arrays that are not views, sorted */
	uint64_t *ends;	  /* of the same, sorted separately */
	size_t count;
	const struct array_row **by_id; /* all arrays */
};

static int compare_addresses(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int compare_ids(const void *left, const void *right)
{
	const struct array_row *const *a = left, *const *b = right;

	return ((*a)->desc.id > (*b)->desc.id) - ((*a)->desc.id < (*b)->desc.id);
}

/* How many values are smaller than the limit. */
static size_t count_below(const uint64_t *values, size_t count, uint64_t limit)
{
	return sorted_at_least(values, count, sizeof(*values), 0, limit);
}

/*
 * Owners with a byte in [start, end): those that begin before its end, minus those that ended
 * before its start.
 */
static size_t owners_within(const struct owners *owners, uint64_t start, uint64_t end)
{
	if (start >= end)
		return 0;
	return count_below(owners->starts, owners->count, end) -
	       count_below(owners->ends, owners->count, start + 1);
}

static bool overlaps_array(const struct array_desc *desc, uint64_t start, uint64_t end)
{
	return start < end && desc->start < end && desc->end > start;
}

/* A view is within its owner, which is not a neighbour. */
static const struct array_desc *owner_of(const struct owners *owners, size_t count, uint32_t id)
{
	struct array_row wanted = { .desc.id = id };
	const struct array_row *key = &wanted, **found;

	if (!id)
		return NULL;
	found = array_find(&key, owners->by_id, count, sizeof(*owners->by_id), compare_ids);
	return found && !(*found)->desc.owner ? &(*found)->desc : NULL;
}

static uint32_t count_of(const struct owners *owners, size_t array_count,
			 const struct array_desc *desc, uint64_t page_bytes)
{
	const struct array_desc *owner = owner_of(owners, array_count, desc->owner);
	uint64_t first = desc->start - desc->start % page_bytes;
	uint64_t last = desc->end + (page_bytes - desc->end % page_bytes) % page_bytes;
	size_t count =
		owners_within(owners, first, desc->start) + owners_within(owners, desc->end, last);

	if (owner && overlaps_array(owner, first, desc->start))
		count--;
	if (owner && overlaps_array(owner, desc->end, last))
		count--;
	return (uint32_t)count;
}

int neighbours_count(struct process_snapshot *process, uint64_t page_bytes)
{
	size_t count = process->array_count, i;
	struct owners owners = {
		.starts = calloc(count + 1, sizeof(uint64_t)),
		.ends = calloc(count + 1, sizeof(uint64_t)),
		.by_id = calloc(count + 1, sizeof(*owners.by_id)),
	};
	int err = -ENOMEM;

	if (!owners.starts || !owners.ends || !owners.by_id)
		goto out;
	for (i = 0; i < count; i++) {
		const struct array_desc *desc = &process->arrays[i].desc;

		owners.by_id[i] = &process->arrays[i];
		if (desc->owner || desc->start >= desc->end)
			continue;
		owners.starts[owners.count] = desc->start;
		owners.ends[owners.count++] = desc->end;
	}
	array_sort(owners.starts, owners.count, sizeof(*owners.starts), compare_addresses);
	array_sort(owners.ends, owners.count, sizeof(*owners.ends), compare_addresses);
	array_sort(owners.by_id, count, sizeof(*owners.by_id), compare_ids);
	for (i = 0; i < count; i++) {
		struct array_row *row = &process->arrays[i];

		if (row->desc.start < row->desc.end)
			row->neighbours = count_of(&owners, count, &row->desc, page_bytes);
	}
	err = 0;
out:
	free(owners.starts);
	free(owners.ends);
	free(owners.by_id);
	return err;
}
