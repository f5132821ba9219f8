/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kernel's tables as user space sees them: mapped arrays, and the hashes behind them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
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

int faults_map_tables(struct faults *faults)
{
	faults->chunks_bytes = (size_t)faults->chunk_slots * sizeof(struct pw_chunk);
	faults->chunks = map_table(bpf_map__fd(faults->skel->maps.chunks), faults->chunks_bytes);
	if (!faults->chunks)
		return -errno;
	faults->mms =
		map_table(bpf_map__fd(faults->skel->maps.mms), PW_MAX_SLOTS * sizeof(struct pw_mm));
	if (!faults->mms)
		return -errno;
	faults->totals = map_table(bpf_map__fd(faults->skel->maps.totals),
				   PW_MAX_SLOTS * sizeof(struct pw_totals));
	if (!faults->totals)
		return -errno;
	faults->taken = map_table(bpf_map__fd(faults->skel->maps.taken),
				  PW_TAKEN * sizeof(struct pw_chunk));
	return faults->taken ? 0 : -errno;
}

void faults_unmap_tables(struct faults *faults)
{
	if (faults->chunks)
		munmap(faults->chunks, round_up(faults->chunks_bytes));
	if (faults->mms)
		munmap(faults->mms, round_up(PW_MAX_SLOTS * sizeof(struct pw_mm)));
	if (faults->totals)
		munmap(faults->totals, round_up(PW_MAX_SLOTS * sizeof(struct pw_totals)));
	if (faults->taken)
		munmap(faults->taken, round_up(PW_TAKEN * sizeof(struct pw_chunk)));
}

/* Keeps the chunk if any bit of it is set, and if its life did not end while it was copied. */
static int add_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		     struct touch_map *map)
{
	struct fault_counts counts;
	bool any;

	if (array_reserve((void **)&map->chunks, &map->capacity, map->count + 1,
			  sizeof(*map->chunks)))
		return -ENOMEM;
	any = faults_copy_chunk(faults, chunk, key, &map->chunks[map->count]);
	counts.user = __atomic_load_n(&chunk->user_faults, __ATOMIC_RELAXED);
	counts.kernel = __atomic_load_n(&chunk->kernel_faults, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&chunk->key, __ATOMIC_RELAXED) != key)
		return 0;
	map->count += any;
	map->faults.user += counts.user;
	map->faults.kernel += counts.kernel;
	return 0;
}

static int add_overflown(struct faults *faults, uint32_t slot, struct touch_map *map)
{
	int fd = bpf_map__fd(faults->skel->maps.overflow), err = 0;
	uint64_t key, next, *previous = NULL;
	struct pw_chunk chunk;

	while (!err && !bpf_map_get_next_key(fd, previous, &next)) {
		key = next;
		previous = &key;
		if (key_slot(key) == slot && !bpf_map_lookup_elem(fd, &key, &chunk) &&
		    chunk.key == key)
			err = add_chunk(faults, &chunk, key, map);
	}
	return err;
}

static int compare_starts(const void *left, const void *right)
{
	const struct touch_chunk *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* What a chunk counted goes to the totals as it ends: between the two it may be missed, never twice. */
static struct fault_counts total_of(const struct faults *faults, uint32_t slot)
{
	const struct pw_totals *total = &faults->totals[slot % PW_MAX_SLOTS];

	return (struct fault_counts){ __atomic_load_n(&total->user_faults, __ATOMIC_ACQUIRE),
				      __atomic_load_n(&total->kernel_faults, __ATOMIC_ACQUIRE) };
}

int faults__copy_touches(struct faults *faults, uint32_t slot, struct touch_map *ret)
{
	uint32_t i;
	int err = 0;

	ret->count = 0;
	ret->faults = total_of(faults, slot);
	for (i = 0; !err && i < faults->chunk_slots; i++) {
		const struct pw_chunk *chunk = &faults->chunks[i];
		uint64_t key = __atomic_load_n(&chunk->key, __ATOMIC_ACQUIRE);

		if (is_live(key) && key_slot(key) == slot)
			err = add_chunk(faults, chunk, key, ret);
	}
	if (!err)
		err = add_overflown(faults, slot, ret);
	array_sort(ret->chunks, ret->count, sizeof(*ret->chunks), compare_starts);
	return err;
}

/* Deletes the keys of a slot from a hash whose keys start with the slot. */
static void delete_keys(int fd, uint32_t slot)
{
	uint64_t key, next, *previous = NULL;

	while (!bpf_map_get_next_key(fd, previous, &next)) {
		if (previous && key_slot(key) == slot)
			bpf_map_delete_elem(fd, &key);
		key = next;
		previous = &key;
	}
	if (previous && key_slot(key) == slot)
		bpf_map_delete_elem(fd, &key);
}

/*
 * Nobody touches the chunks of a slot whose address space has ended: they are
 * wiped before the key lets another one in, which need not wait for late touches.
 */
int faults__release(struct faults *faults, uint32_t slot)
{
	struct pw_mm *mm = &faults->mms[slot % PW_MAX_SLOTS];
	struct pw_totals *total = &faults->totals[slot % PW_MAX_SLOTS];
	uint32_t i;

	for (i = 0; i < faults->chunk_slots; i++) {
		struct pw_chunk *chunk = &faults->chunks[i];

		if (!is_live(chunk->key) || key_slot(chunk->key) != slot)
			continue;
		memset((char *)chunk + sizeof(chunk->key), 0, sizeof(*chunk) - sizeof(chunk->key));
		__atomic_store_n(&chunk->key, PW_KEY_IDLE, __ATOMIC_RELEASE);
	}
	memset(total, 0, sizeof(*total));
	faults_forget_unclosed(faults, slot);
	delete_keys(bpf_map__fd(faults->skel->maps.overflow), slot);
	delete_keys(bpf_map__fd(faults->skel->maps.sets), slot);
	if (faults->options.heap_min_bytes)
		delete_keys(bpf_map__fd(faults->skel->maps.heap_blocks), slot);
	__atomic_store_n(&mm->mm, PW_MM_FREE, __ATOMIC_RELEASE);
	return 0;
}
