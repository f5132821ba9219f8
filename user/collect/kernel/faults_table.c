/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kernel's tables as user space sees them: mapped arrays, and the hashes behind them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sort_keys.h"
#include "collect/kernel/faults_priv.h"

static size_t round_up(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static void *map_table(int fd, size_t bytes)
{
	void *table = mmap(NULL, round_up(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return table == MAP_FAILED ? NULL : table;
}

struct mapping {
	void **table;
	struct bpf_map *map;
	size_t bytes;
};

#define MAPPINGS 5

static size_t mappings_of(struct faults *faults, struct mapping ret[MAPPINGS])
{
	struct pagewatch_bpf *skel = faults->skel;
	const struct mapping all[] = {
		{ (void **)&faults->places.chunks, skel->maps.chunks,
		  faults->places.chunk_slots * sizeof(struct pw_chunk) },
		{ (void **)&faults->slots, skel->maps.slots,
		  faults->slot_count * sizeof(struct pw_slot) },
		{ (void **)&faults->touched, skel->maps.touched,
		  (size_t)faults->slot_count * faults->cpu_count * sizeof(*faults->touched) },
		{ (void **)&faults->taken, skel->maps.taken, PW_TAKEN * sizeof(struct pw_chunk) },
		{ (void **)&faults->places.log, skel->maps.begun, PW_BEGUN * sizeof(uint64_t) },
	};

	memcpy(ret, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

int faults_map_tables(struct faults *faults)
{
	struct mapping all[MAPPINGS];
	size_t count = mappings_of(faults, all), i;

	for (i = 0; i < count; i++) {
		*all[i].table = map_table(bpf_map__fd(all[i].map), all[i].bytes);
		if (!*all[i].table)
			return -errno;
	}
	faults->places.log_serial = &faults->skel->bss->begun_serial;
	return chunk_places__init(&faults->places);
}

void faults_unmap_tables(struct faults *faults)
{
	struct mapping all[MAPPINGS];
	size_t count, i;

	chunk_places__deinit(&faults->places);
	free(faults->overflown.keys);
	if (!faults->skel)
		return;
	count = mappings_of(faults, all);
	for (i = 0; i < count; i++) {
		if (*all[i].table)
			munmap(*all[i].table, round_up(all[i].bytes));
	}
}

/* Keeps the chunk if a bit of it is set and its life did not end while it was copied. */
static int add_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		     struct touch_map *map)
{
	struct fault_counts counts;
	struct touch_chunk copy;
	bool any;

	any = faults_copy_chunk(faults, chunk, key, &copy);
	counts.user = __atomic_load_n(&chunk->user_faults, __ATOMIC_RELAXED);
	counts.kernel = __atomic_load_n(&chunk->kernel_faults, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&chunk->key, __ATOMIC_RELAXED) != key)
		return 0;
	map->faults.user += counts.user;
	map->faults.kernel += counts.kernel;
	return any ? touch_map_add(map, &copy) : 0;
}

struct activity {
	const struct faults *faults;
	struct fault_activity *ret;
};

struct recent {
	const struct faults *faults;
	uint64_t since_ns;
	struct intervals *ret;
};

struct copying {
	const struct faults *faults;
	struct touch_map *map;
};

static int copy_visited(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	struct copying *copying = ctx;

	return add_chunk(copying->faults, chunk, key, copying->map);
}

_Static_assert(!offsetof(struct packed_chunk, start), "sorted by it");

/* Faults of user space that set a page's first bit: no chunk has counted them. */
static uint64_t fresh_faults(const struct faults *faults, uint32_t slot)
{
	uint64_t sum = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < faults->cpu_count; cpu++) {
		const struct pw_touched *touched =
			&faults->touched[(size_t)cpu * faults->slot_count + slot];

		sum += __atomic_load_n(&touched->fresh, __ATOMIC_RELAXED);
	}
	return sum;
}

/* What a chunk counted goes to the slot as it ends: between the two it may be missed, never twice. */
static struct fault_counts total_of(const struct faults *faults, uint32_t slot)
{
	const struct pw_slot *counts = &faults->slots[slot % faults->slot_count];

	return (struct fault_counts){ __atomic_load_n(&counts->user_faults, __ATOMIC_ACQUIRE) +
					      fresh_faults(faults, slot % faults->slot_count),
				      __atomic_load_n(&counts->kernel_faults, __ATOMIC_ACQUIRE) };
}

static int note_activity(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	struct activity *activity = ctx;
	uint64_t last_ns = faults_chunk_last_ns(activity->faults, chunk);

	(void)key;
	activity->ret->faults.user += __atomic_load_n(&chunk->user_faults, __ATOMIC_RELAXED);
	activity->ret->faults.kernel += __atomic_load_n(&chunk->kernel_faults, __ATOMIC_RELAXED);
	if (last_ns > activity->ret->last_ns)
		activity->ret->last_ns = last_ns;
	return 0;
}

int faults__activity(struct faults *faults, uint32_t slot, struct fault_activity *ret)
{
	struct activity activity = { faults, ret };

	*ret = (struct fault_activity){ .faults = total_of(faults, slot) };
	return faults_each_chunk(faults, slot, note_activity, &activity);
}

static int note_recent(void *ctx, struct pw_chunk *chunk, uint64_t key)
{
	struct recent *recent = ctx;
	uint64_t start = faults_chunk_start(recent->faults, key);

	if (faults_chunk_last_ns(recent->faults, chunk) + recent->faults->tick_ns <
	    recent->since_ns)
		return 0;
	return intervals__append(recent->ret, start, start + faults_chunk_bytes(recent->faults), 0);
}

int faults__touched_since(struct faults *faults, uint32_t slot, uint64_t since_ns,
			  struct intervals *ret)
{
	struct recent recent = { faults, since_ns, ret };
	int err = faults_each_chunk(faults, slot, note_recent, &recent);

	intervals__settle(ret);
	return err;
}

int faults__copy_touches(struct faults *faults, uint32_t slot, struct touch_map *ret)
{
	struct copying copying = { faults, ret };
	int err;

	touch_map_deinit(ret);
	ret->faults = total_of(faults, slot);
	err = faults_each_chunk(faults, slot, copy_visited, &copying);
	return err ? err : sort_by_key(ret->chunks, ret->count, sizeof(*ret->chunks));
}
