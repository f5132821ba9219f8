/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lists of places by slot, updated from the kernel's log. */
#include "collect/kernel/chunk_places.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

int chunk_places__init(struct chunk_places *places)
{
	places->listings = calloc(places->chunk_slots, sizeof(*places->listings));
	places->lists = calloc(PW_MAX_SLOTS, sizeof(*places->lists));
	return places->listings && places->lists ? 0 : -ENOMEM;
}

void chunk_places__deinit(struct chunk_places *places)
{
	uint32_t slot;

	for (slot = 0; places->lists && slot < PW_MAX_SLOTS; slot++)
		free(places->lists[slot].entries);
	free(places->lists);
	free(places->listings);
	free(places->unsettled);
}

static uint64_t key_at(const struct chunk_places *places, uint32_t place)
{
	return __atomic_load_n(&places->chunks[place].key, __ATOMIC_ACQUIRE);
}

static int list_place(struct chunk_places *places, uint32_t place, uint32_t slot)
{
	struct listing *listing = &places->listings[place];
	struct place_list *list = &places->lists[slot];

	if (listing->slot == slot + 1)
		return 0;
	if (array_reserve((void **)&list->entries, &list->capacity, list->count + 1,
			  sizeof(*list->entries)))
		return -ENOMEM;
	listing->slot = slot + 1;
	listing->serial++;
	list->entries[list->count++] = (struct listed_place){ place, listing->serial };
	return 0;
}

/* A place that is being taken is checked again later: its life may have begun by then. */
static int settle_place(struct chunk_places *places, uint32_t place)
{
	uint64_t key = key_at(places, place);

	if (pw_key_live(key))
		return pw_key_slot(key) < PW_MAX_SLOTS ? list_place(places, place, pw_key_slot(key))
						       : 0;
	if (key != PW_KEY_TAKEN)
		return 0;
	if (array_reserve((void **)&places->unsettled, &places->unsettled_capacity,
			  places->unsettled_count + 1, sizeof(*places->unsettled)))
		return -ENOMEM;
	places->unsettled[places->unsettled_count++] = place;
	return 0;
}

static int settle_again(struct chunk_places *places)
{
	size_t count = places->unsettled_count, i;
	int err = 0;

	places->unsettled_count = 0;
	for (i = 0; !err && i < count; i++)
		err = settle_place(places, places->unsettled[i]);
	return err;
}

static int settle_all(struct chunk_places *places)
{
	uint32_t place;
	int err = 0;

	for (place = 0; !err && place < places->chunk_slots; place++)
		err = settle_place(places, place);
	return err;
}

/*
 * Whether the log still has the entry, or has it already: a program writes it after taking its
 * number.
 */
static bool read_log(const struct chunk_places *places, uint64_t serial, uint32_t *place)
{
	uint64_t entry = __atomic_load_n(&places->log[serial % PW_BEGUN], __ATOMIC_ACQUIRE);

	*place = (uint32_t)entry % places->chunk_slots;
	return entry >> 32 == (uint32_t)serial;
}

/* If the log has overflowed, a scan of all places finds what it lost. */
static int catch_up(struct chunk_places *places)
{
	uint64_t end = __atomic_load_n(places->log_serial, __ATOMIC_ACQUIRE);
	uint32_t place;
	int err;

	err = settle_again(places);
	if (err)
		return err;
	if (end - places->seen > PW_BEGUN) {
		err = settle_all(places);
		places->seen = end;
	}
	while (!err && places->seen != end) {
		if (read_log(places, places->seen, &place)) {
			err = settle_place(places, place);
		} else {
			err = settle_all(places);
			places->seen = end - 1;
		}
		places->seen++;
	}
	return err;
}

/* Whether the place belongs to this slot; if not, it leaves the list. */
static bool still_listed(struct chunk_places *places, const struct listed_place *entry,
			 uint32_t slot, uint64_t *key)
{
	struct listing *listing = &places->listings[entry->place];

	if (listing->serial != entry->listing)
		return false;
	*key = key_at(places, entry->place);
	if ((pw_key_live(*key) && pw_key_slot(*key) == slot) || *key == PW_KEY_TAKEN)
		return true;
	listing->slot = 0;
	return false;
}

int chunk_places__each(struct chunk_places *places, uint32_t slot,
		       int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	struct place_list *list = &places->lists[slot % PW_MAX_SLOTS];
	size_t kept = 0, i;
	uint64_t key;
	int err;

	err = catch_up(places);
	for (i = 0; i < list->count; i++) {
		struct listed_place entry = list->entries[i];

		if (!still_listed(places, &entry, slot, &key))
			continue;
		list->entries[kept++] = entry;
		if (!err && key != PW_KEY_TAKEN)
			err = visit(ctx, &places->chunks[entry.place], key);
	}
	list->count = kept;
	return err;
}

void chunk_places__forget(struct chunk_places *places, uint32_t slot)
{
	struct place_list *list = &places->lists[slot % PW_MAX_SLOTS];
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct listing *listing = &places->listings[list->entries[i].place];

		if (listing->serial == list->entries[i].listing)
			listing->slot = 0;
	}
	free(list->entries);
	*list = (struct place_list){ 0 };
}
