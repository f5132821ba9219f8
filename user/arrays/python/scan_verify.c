/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Words that led to arrays, read again once all names are given: a name that is past is taken back. */
#include <errno.h>
#include <stdlib.h>

#include "arrays/python/scan.h"
#include "base/array.h"

/* Of a pointer: 3.14 tags what frames hold. */
#define TAG_BITS 7ull

int scan_note_name(struct scan *scan, uint64_t object, size_t node, const char *name)
{
	uint64_t slot = scan->walk.nodes[node].slot;

	if (!slot)
		return 0;
	if (array_reserve((void **)&scan->slots, &scan->slot_capacity, scan->slot_count + 1,
			  sizeof(*scan->slots)))
		return -ENOMEM;
	scan->slots[scan->slot_count++] = (struct name_slot){ object, slot, 0, name, true };
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

static int read_slots(struct scan *scan)
{
	struct memsrc_span *spans = calloc(scan->slot_count, sizeof(*spans));
	size_t i;
	int err;

	if (!spans)
		return -ENOMEM;
	for (i = 0; i < scan->slot_count; i++) {
		struct name_slot *slot = &scan->slots[i];

		spans[i] = (struct memsrc_span){ slot->address, sizeof(slot->word), &slot->word,
						 &slot->read };
	}
	err = memsrc__gather(scan->py.memsrc, spans, scan->slot_count);
	free(spans);
	return err;
}

int scan_verify(struct scan *scan)
{
	size_t i;
	int err;

	if (!scan->slot_count)
		return 0;
	err = read_slots(scan);
	for (i = 0; !err && i < scan->slot_count; i++) {
		const struct name_slot *slot = &scan->slots[i];
		struct array_desc *array = scan_find(scan, slot->object);

		if (array && (!slot->read || (slot->word & ~TAG_BITS) != slot->object))
			drop_name(scan, array, slot->name);
	}
	return py_walk_goes_on(err);
}

void scan_forget_names(struct scan *scan)
{
	free(scan->slots);
	scan->slots = NULL;
	scan->slot_count = scan->slot_capacity = 0;
}
