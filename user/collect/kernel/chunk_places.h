/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which places of the kernel's table hold chunks of which address space. The kernel side logs each
 * place that it takes, so that not all places need to be searched each time.
 */
#ifndef COLLECT_CHUNK_PLACES_H
#define COLLECT_CHUNK_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/pagewatch.h"

/* A place in the list of a slot. It is valid as long as no other slot has listed it since. */
struct listed_place {
	uint32_t place;
	uint32_t listing;
};

struct place_list {
	struct listed_place *entries;
	size_t count;
	size_t capacity;
};

struct listing {
	uint32_t slot; /* + 1; 0: in no list */
	uint32_t serial;
};

struct chunk_places {
	struct pw_chunk *chunks; /* the table, borrowed */
	uint32_t chunk_slots;
	const __u64 *log; /* PW_BEGUN entries, borrowed */
	const __u64 *log_serial;
	uint64_t seen;		  /* entries of the log */
	struct listing *listings; /* by place */
	struct place_list *lists; /* by slot */
	uint32_t *unsettled;	  /* places whose chunk was just about to begin */
	size_t unsettled_count;
	size_t unsettled_capacity;
};

/* The caller sets chunks, chunk_slots, log and log_serial; the rest is zero. 0 or -ENOMEM. */
int chunk_places__init(struct chunk_places *places);
void chunk_places__deinit(struct chunk_places *places);

/*
 * Calls visit for each live chunk of a slot that began before the call. Stops at a nonzero return
 * value and returns it; else 0 or -errno.
 */
int chunk_places__each(struct chunk_places *places, uint32_t slot,
		       int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx);

/* The slot has no more chunks. */
void chunk_places__forget(struct chunk_places *places, uint32_t slot);

static inline uint32_t pw_key_slot(uint64_t key)
{
	return (uint32_t)(key >> PW_SLOT_SHIFT) - 1;
}

static inline bool pw_key_live(uint64_t key)
{
	return key > PW_KEY_TAKEN && !(key & PW_KEY_IDLE);
}

#endif
