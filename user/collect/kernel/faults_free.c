/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Drops all that was counted for a slot; then it can belong to another address space. */
#include "collect/kernel/faults_priv.h"

/* Deletes the keys of a slot from a hash whose keys start with the slot. */
static void delete_keys(int fd, uint32_t slot)
{
	uint64_t key, next, *previous = NULL;

	while (!bpf_map_get_next_key(fd, previous, &next)) {
		if (previous && pw_key_slot(key) == slot)
			bpf_map_delete_elem(fd, &key);
		key = next;
		previous = &key;
	}
	if (previous && pw_key_slot(key) == slot)
		bpf_map_delete_elem(fd, &key);
}

/* Chunks below one set of level 2 (512 GiB with small pages). */
#define GROUP_SHIFT (2 * PW_SET_SHIFT)
#define SPANS_MAX 8u

struct span {
	uint64_t first, last; /* chunks' numbers */
};

/* Of each group one, if there are not too many. A walk from the heap to the stack costs more. */
struct spans {
	struct span spans[SPANS_MAX];
	size_t count;
};

static int span_visited(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	uint64_t number = key & ((1ull << PW_SLOT_SHIFT) - 1);
	struct spans *spans = ctx;
	struct span *span;
	size_t i;

	(void)chunk;
	for (i = 0; i < spans->count; i++) {
		if (spans->spans[i].first >> GROUP_SHIFT == number >> GROUP_SHIFT)
			break;
	}
	if (i == SPANS_MAX)
		i--;
	span = &spans->spans[i];
	if (i == spans->count)
		spans->spans[spans->count++] = (struct span){ number, number };
	if (number < span->first)
		span->first = number;
	if (number > span->last)
		span->last = number;
	return 0;
}

/* The kernel side leaves an empty set of level 2: others may be about to use it. */
static void delete_sets(struct faults *faults, uint32_t slot, const struct span *span)
{
	int fd = bpf_map__fd(faults->skel->maps.sets);
	uint64_t group;

	for (group = span->first >> GROUP_SHIFT; group <= span->last >> GROUP_SHIFT; group++) {
		uint64_t key = (uint64_t)(slot + 1) << PW_SLOT_SHIFT | 2ull << PW_LEVEL_SHIFT |
			       group;

		bpf_map_delete_elem(fd, &key);
	}
}

static int drop_all_chunks(struct faults *faults, uint32_t slot)
{
	struct spans spans = { .count = 0 };
	int err = faults_each_chunk(faults, slot, span_visited, &spans);
	size_t i;

	for (i = 0; !err && i < spans.count; i++) {
		const struct span *span = &spans.spans[i];

		err = faults_drop_chunks(faults, slot, span->first * faults_chunk_bytes(faults),
					 (span->last + 1) * faults_chunk_bytes(faults));
		delete_sets(faults, slot, span);
	}
	chunk_places__forget(&faults->places, slot);
	return err;
}

/* What touches have counted that found no room, and all faults that set a page's first bit. */
static void forget_touched(struct faults *faults, uint32_t slot)
{
	uint32_t cpu;

	for (cpu = 0; cpu < faults->cpu_count; cpu++) {
		struct pw_touched *touched =
			&faults->touched[(size_t)cpu * faults->slot_count + slot];

		__atomic_store_n(&touched->bits, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&touched->fresh, 0, __ATOMIC_RELAXED);
	}
}

/* A slot without an address space has no touches, so its chunks do not change. */
int faults_free_slot(struct faults *faults, uint32_t slot)
{
	struct pagewatch_bpf *skel = faults->skel;
	struct pw_slot *counts = &faults->slots[slot];
	int err;

	faults_forget_unclosed(faults, slot);
	err = drop_all_chunks(faults, slot);
	counts->user_faults = counts->kernel_faults = 0;
	forget_touched(faults, slot);
	if (faults->options.heap_min_bytes)
		delete_keys(bpf_map__fd(skel->maps.heap_blocks), slot);
	return err ? err : faults_run_for(faults, skel->progs.free_slot, slot);
}
