/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A sorted array of the known ones; each search appends to it. */
#include "model/array_ids.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"

struct array_id {
	enum array_source source;
	uint64_t object;
	uint64_t data;
	uint32_t id;
	uint32_t look; /* the last search that found it */
};

void array_ids__deinit(struct array_ids *ids)
{
	free(ids->known);
	memset(ids, 0, sizeof(*ids));
}

static int compare_ids(const void *left, const void *right)
{
	const struct array_id *a = left, *b = right;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return (a->data > b->data) - (a->data < b->data);
}

static int give_id(struct array_ids *ids, struct array_desc *array, size_t sorted)
{
	struct array_id fresh = { .source = array->source,
				  .object = array->object,
				  .data = array->shape ? array->shape->data : array->start };
	struct array_id *known = array_find(&fresh, ids->known, sorted, sizeof(fresh), compare_ids);

	if (!known) {
		if (array_reserve((void **)&ids->known, &ids->capacity, ids->count + 1,
				  sizeof(*ids->known)))
			return -ENOMEM;
		known = &ids->known[ids->count++];
		*known = fresh;
		known->id = ++ids->last;
	}
	known->look = ids->look;
	array->id = known->id;
	return 0;
}

static int latest_first(const void *left, const void *right)
{
	const struct array_id *a = left, *b = right;

	if (a->look != b->look)
		return a->look > b->look ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Only when many are gone, because it sorts twice. */
static void forget_absent(struct array_ids *ids, size_t present)
{
	if (ids->count < present + 2 * ARRAY_IDS_ABSENT_MAX)
		return;
	array_sort(ids->known, ids->count, sizeof(*ids->known), latest_first);
	ids->forgotten += ids->count - (present + ARRAY_IDS_ABSENT_MAX);
	ids->count = present + ARRAY_IDS_ABSENT_MAX;
	array_sort(ids->known, ids->count, sizeof(*ids->known), compare_ids);
}

int array_ids__give(struct array_ids *ids, uint32_t first, struct array_list *list)
{
	size_t sorted = ids->count, present = 0, i;
	int err = 0;

	ids->look++;
	if (!ids->last)
		ids->last = first ? first - 1 : 0;
	for (i = 0; !err && i < list->count; i++) {
		/* An array given on the command line has its number from there. */
		if (list->arrays[i].id)
			continue;
		err = give_id(ids, &list->arrays[i], sorted);
		present++;
	}
	if (ids->count > sorted)
		array_sort(ids->known, ids->count, sizeof(*ids->known), compare_ids);
	forget_absent(ids, present);
	return err;
}

/* Two can have one id, if they are the same memory of the same object. */
static int by_id(const void *left, const void *right)
{
	const struct array_desc *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return strcmp(a->name, b->name);
}

void array_ids__sort(struct array_list *list)
{
	array_sort(list->arrays, list->count, sizeof(*list->arrays), by_id);
}
