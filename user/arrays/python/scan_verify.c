/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Words that led to arrays, read again once all names are given: a name that is past is taken back. */
#include <errno.h>
#include <stdlib.h>

#include "arrays/python/scan.h"
#include "base/array.h"

/* Of a pointer: 3.14 tags what frames hold. */
#define TAG_BITS 7ull

#define BATCH 8192u

int scan_note_name(struct scan *scan, uint64_t object, size_t node, const char *name)
{
	uint64_t slot = scan->walk.nodes[node].slot;

	if (!slot)
		return 0;
	if (array_reserve((void **)&scan->slots, &scan->slot_capacity, scan->slot_count + 1,
			  sizeof(*scan->slots)))
		return -ENOMEM;
	scan->slots[scan->slot_count++] = (struct name_slot){ object, slot, name };
	return 0;
}

/* The first of its other names takes its place. */
static void drop_name(struct scan *scan, struct array_desc *array, const char *name)
{
	size_t i = 0;

	if (array->name == name) {
		free(array->name);
		array->name = array->alias_count ? array->aliases[0] : NULL;
		scan->unnamed += !array->name;
	} else {
		while (i < array->alias_count && array->aliases[i] != name)
			i++;
		if (i < array->alias_count)
			free(array->aliases[i]);
	}
	if (i < array->alias_count) {
		array->alias_count--;
		array->alias_total--;
	}
	for (; i < array->alias_count; i++)
		array->aliases[i] = array->aliases[i + 1];
}

struct batch {
	uint64_t words[BATCH];
	bool read[BATCH];
	struct memsrc_span spans[BATCH];
};

static int verify_batch(struct scan *scan, struct batch *batch, const struct name_slot *slots,
			size_t count)
{
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		batch->read[i] = true;
		batch->spans[i] = (struct memsrc_span){ slots[i].address, sizeof(batch->words[i]),
							&batch->words[i], &batch->read[i] };
	}
	err = memsrc__gather(scan->py.memsrc, batch->spans, count);
	for (i = 0; !err && i < count; i++) {
		struct array_desc *array = scan_find(scan, slots[i].object);

		if (array && (!batch->read[i] || (batch->words[i] & ~TAG_BITS) != slots[i].object))
			drop_name(scan, array, slots[i].name);
	}
	return err;
}

int scan_verify(struct scan *scan)
{
	struct batch *batch = malloc(sizeof(*batch));
	size_t i, count;
	int err = batch ? 0 : -ENOMEM;

	for (i = 0; !err && i < scan->slot_count; i += count) {
		count = scan->slot_count - i < BATCH ? scan->slot_count - i : BATCH;
		err = verify_batch(scan, batch, scan->slots + i, count);
	}
	free(batch);
	return py_walk_goes_on(err);
}

void scan_forget_names(struct scan *scan)
{
	free(scan->slots);
	scan->slots = NULL;
	scan->slot_count = scan->slot_capacity = 0;
}
