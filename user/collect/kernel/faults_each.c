/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The only iteration over the chunks of an address space: its places in the table, then the hash
 * behind it.
 */
#include <errno.h>
#include <stdlib.h>

#include "collect/kernel/faults_priv.h"

#define BATCH 1024u

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

static int visit_batch(const struct batch *batch, uint32_t count, uint32_t slot,
		       int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	uint32_t i;
	int err = 0;

	for (i = 0; !err && i < count; i++) {
		uint64_t key = batch->keys[i];

		if (pw_key_slot(key) == slot && batch->chunks[i].key == key)
			err = visit(ctx, &batch->chunks[i], key);
	}
	return err;
}

static int each_overflown(struct faults *faults, uint32_t slot,
			  int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	int fd = bpf_map__fd(faults->skel->maps.overflow), err, got = 0;
	uint32_t position = 0, next = 0, count;
	struct batch batch = { 0 };
	bool begun = false;

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
			err = visit_batch(&batch, count, slot, visit, ctx);
		position = next;
		begun = true;
	}
	free(batch.keys);
	free(batch.chunks);
	return err;
}

int faults_each_chunk(struct faults *faults, uint32_t slot,
		      int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx)
{
	const struct pw_slot *counts = &faults->slots[slot % faults->slot_count];
	int err = chunk_places__each(&faults->places, slot, visit, ctx);

	if (err || !__atomic_load_n(&counts->overflown, __ATOMIC_ACQUIRE))
		return err;
	return each_overflown(faults, slot, visit, ctx);
}
