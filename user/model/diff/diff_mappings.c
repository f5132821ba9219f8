/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/diff/diff_mappings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/wildcard.h"

struct part {
	const char *name; /* borrowed */
	uint64_t resident_bytes[2];
};

static size_t list_parts(const struct process_snapshot *process, int which, uint64_t page_bytes,
			 const char *filter, struct part *ret)
{
	size_t i, count = 0;

	for (i = 0; process && i < process->region_count; i++) {
		const struct region_row *region = &process->regions[i];
		const char *name = *region->vma.path ? region->vma.path : "[anonymous]";

		if (region->vma.kind == VMA_HUGETLB || (filter && !wildcard_match(filter, name)))
			continue;
		ret[count] = (struct part){ .name = name };
		ret[count++].resident_bytes[which] = region->tally.resident * page_bytes;
	}
	return count;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct part *)left)->name, ((const struct part *)right)->name);
}

static uint64_t mapping_change(const struct diff_mapping *mapping)
{
	uint64_t before = mapping->resident_bytes[DIFF_BEFORE];
	uint64_t after = mapping->resident_bytes[DIFF_AFTER];

	return before < after ? after - before : before - after;
}

static int largest_first(const void *left, const void *right)
{
	const struct diff_mapping *a = left, *b = right;
	uint64_t x = mapping_change(a), y = mapping_change(b);

	return x != y ? (x < y ? 1 : -1) : strcmp(a->name, b->name);
}

/* Sums the parts of one name. Returns how many there are. */
static size_t sum_name(const struct part *parts, size_t count, struct diff_mapping *ret)
{
	size_t i;

	*ret = (struct diff_mapping){ 0 };
	for (i = 0; i < count && !strcmp(parts[i].name, parts->name); i++) {
		ret->resident_bytes[0] += parts[i].resident_bytes[0];
		ret->resident_bytes[1] += parts[i].resident_bytes[1];
	}
	return i;
}

void diff_mappings__free(struct diff_mapping *mappings, size_t count)
{
	while (count--)
		free(mappings[count].name);
	free(mappings);
}

int diff_mappings(const struct process_snapshot *before, const struct process_snapshot *after,
		  const char *filter, const uint64_t page_bytes[2], struct diff_mapping **ret,
		  size_t *count)
{
	size_t room = (before ? before->region_count : 0) + (after ? after->region_count : 0);
	struct part *parts = calloc(room + 1, sizeof(*parts));
	size_t total, i, step;
	int err = 0;

	*ret = calloc(room + 1, sizeof(**ret));
	*count = 0;
	if (!parts || !*ret) {
		free(parts);
		return -ENOMEM;
	}
	total = list_parts(before, DIFF_BEFORE, page_bytes[0], filter, parts);
	total += list_parts(after, DIFF_AFTER, page_bytes[1], filter, parts + total);
	array_sort(parts, total, sizeof(*parts), by_name);
	for (i = 0; !err && i < total; i += step) {
		struct diff_mapping *mapping = &(*ret)[*count];

		step = sum_name(&parts[i], total - i, mapping);
		if (!mapping_change(mapping))
			continue;
		mapping->name = strdup(parts[i].name);
		err = mapping->name ? 0 : -ENOMEM;
		*count += !err;
	}
	free(parts);
	if (!err)
		array_sort(*ret, *count, sizeof(**ret), largest_first);
	return err;
}
