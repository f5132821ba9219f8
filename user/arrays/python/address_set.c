/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A set of addresses. */
#include "arrays/python/address_set.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SLOTS 1024u

int address_set__init(struct address_set *set)
{
	set->slot_count = FIRST_SLOTS;
	set->count = 0;
	set->slots = calloc(set->slot_count, sizeof(*set->slots));
	return set->slots ? 0 : -ENOMEM;
}

void address_set__deinit(struct address_set *set)
{
	free(set->slots);
}

static size_t slot_of(const uint64_t *slots, size_t count, uint64_t address)
{
	size_t i = (size_t)((address * 0x9e3779b97f4a7c15ull) >> 32) & (count - 1);

	while (slots[i] && slots[i] != address)
		i = (i + 1) & (count - 1);
	return i;
}

static int grow_slots(struct address_set *set)
{
	size_t count = set->slot_count * 2, i;
	uint64_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < set->slot_count; i++) {
		if (set->slots[i])
			slots[slot_of(slots, count, set->slots[i])] = set->slots[i];
	}
	free(set->slots);
	set->slots = slots;
	set->slot_count = count;
	return 0;
}

int address_set__add(struct address_set *set, uint64_t address)
{
	size_t i = slot_of(set->slots, set->slot_count, address);

	if (set->slots[i])
		return 0;
	set->slots[i] = address;
	set->count++;
	if (set->count * 2 > set->slot_count && grow_slots(set))
		return -ENOMEM;
	return 1;
}

bool address_set__has(const struct address_set *set, uint64_t address)
{
	return set->slots[slot_of(set->slots, set->slot_count, address)] == address;
}
