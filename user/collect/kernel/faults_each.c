/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The only iteration over the chunks of an address space: its places in the table, then the hash
 * behind it.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "collect/kernel/faults_priv.h"

#define BATCH 1024u
#define KNOWN_MAX 1024u /* single lookups that cost less than a search */

/* A bucket of the hash that does not fit is requested again, with more room. */
struct batch {
	uint64_t *keys;
	struct pw_chunk *chunks;
	uint32_t room;
};

static int make_room(struct batch *batch, uint32_t room)
{
	free(batch->keys);
	free(batch->chunks);
	batch->keys = calloc(room, sizeof(*batch->keys));
	batch->chunks = calloc(room, sizeof(*batch->chunks));
	batch->room = room;
	return batch->keys && batch->chunks ? 0 : -ENOMEM;
}

static int note_key(struct overflown_keys *known, uint64_t key)
{
	int err = array_reserve((void **)&known->keys, &known->capacity, known->count + 1,
				sizeof(*known->keys));

	if (!err)
		known->keys[known->count++] = key;
	return err;
}

static int visit_batch(struct faults *faults, const struct batch *batch, uint32_t count,
		       int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	struct overflown_keys *known = &faults->overflown;
	uint32_t i;
	int err = 0;

	for (i = 0; !err && i < count; i++) {
		uint64_t key = batch->keys[i];

		if (pw_key_slot(key) != known->slot || batch->chunks[i].key != key)
			continue;
		err = note_key(known, key);
		if (!err)
			err = visit(ctx, &batch->chunks[i], key);
	}
	return err;
}

/* Walks over the whole hash, which takes a third of a millisecond, and notes the keys of the slot. */
static int search_overflown(struct faults *faults, uint32_t slot,
			    int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key),
			    void *ctx)
{
	int fd = bpf_map__fd(faults->skel->maps.overflow), err, got = 0;
	uint32_t position = 0, next = 0, count;
	struct batch batch = { 0 };
	bool begun = false;

	faults->overflown.slot = slot;
	faults->overflown.count = 0;
	err = make_room(&batch, BATCH);
	while (!err && got != -ENOENT) {
		count = batch.room;
		got = bpf_map_lookup_batch(fd, begun ? &position : NULL, &next, batch.keys,
					   batch.chunks, &count, NULL);
		if (got == -ENOSPC) {
			err = make_room(&batch, 2 * batch.room);
			continue;
		}
		if (got && got != -ENOENT)
			err = got;
		else
			err = visit_batch(faults, &batch, count, visit, ctx);
		position = next;
		begun = true;
	}
	free(batch.keys);
	free(batch.chunks);
	return err;
}

/*
 * The chunks that are known from the last search, if they are all that there are now. NULL: no
 * memory, or another is there, or so many that a search costs less.
 */
static struct pw_chunk *known_chunks(const struct faults *faults, uint32_t slot, uint64_t count)
{
	const struct overflown_keys *known = &faults->overflown;
	int fd = bpf_map__fd(faults->skel->maps.overflow);
	struct pw_chunk *chunks;
	size_t i;

	if (known->slot != slot || known->count != count || count > KNOWN_MAX)
		return NULL;
	chunks = calloc(count, sizeof(*chunks));
	for (i = 0; chunks && i < count; i++) {
		if (!bpf_map_lookup_elem(fd, &known->keys[i], &chunks[i]) &&
		    chunks[i].key == known->keys[i])
			continue;
		free(chunks);
		return NULL;
	}
	return chunks;
}

static int each_overflown(struct faults *faults, uint32_t slot, uint64_t count,
			  int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	struct pw_chunk *chunks = known_chunks(faults, slot, count);
	size_t i;
	int err = 0;

	if (!chunks)
		return search_overflown(faults, slot, visit, ctx);
	for (i = 0; !err && i < count; i++)
		err = visit(ctx, &chunks[i], chunks[i].key);
	free(chunks);
	return err;
}

int faults_each_chunk(struct faults *faults, uint32_t slot,
		      int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	const struct pw_slot *counts = &faults->slots[slot % faults->slot_count];
	int err = chunk_places__each(&faults->places, slot, visit, ctx);
	uint64_t overflown = __atomic_load_n(&counts->overflown, __ATOMIC_ACQUIRE);

	return err || !overflown ? err : each_overflown(faults, slot, overflown, visit, ctx);
}
