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
	return faults->totals ? 0 : -errno;
}

void faults_unmap_tables(struct faults *faults)
{
	if (faults->chunks)
		munmap(faults->chunks, round_up(faults->chunks_bytes));
	if (faults->mms)
		munmap(faults->mms, round_up(PW_MAX_SLOTS * sizeof(struct pw_mm)));
	if (faults->totals)
		munmap(faults->totals, round_up(PW_MAX_SLOTS * sizeof(struct pw_totals)));
}

static uint32_t key_slot(uint64_t key)
{
	return (uint32_t)(key >> PW_SLOT_SHIFT) - 1;
}

static bool is_live(uint64_t key)
{
	return key > PW_KEY_TAKEN && !(key & PW_KEY_IDLE);
}

static uint64_t key_start(const struct faults *faults, uint64_t key)
{
	return (key & ((1ull << PW_SLOT_SHIFT) - 1)) * faults_chunk_bytes(faults);
}

/* At most a tick late. */
static uint64_t last_ns(const struct faults *faults, const struct pw_chunk *chunk)
{
	return chunk->first_ns + (chunk->last_jiffies - chunk->first_jiffies) * faults->tick_ns;
}

/* Returns whether any bit is set. */
static bool copy_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		       struct touch_chunk *ret)
{
	bool tells_writes = faults->backend == FAULTS_TP_BTF;
	uint64_t any = 0;
	unsigned int i;

	ret->start = key_start(faults, key);
	ret->first_ns = chunk->first_ns;
	ret->last_ns = last_ns(faults, chunk);
	ret->first_tid = chunk->first_tid;
	ret->first_cpu = chunk->first_cpu;
	for (i = 0; i < PW_WORDS; i++) {
		uint64_t read = __atomic_load_n(&chunk->read[i], __ATOMIC_RELAXED);
		uint64_t written = __atomic_load_n(&chunk->written[i], __ATOMIC_RELAXED);

		ret->read[i] = tells_writes ? read : 0;
		ret->written[i] = tells_writes ? written : read | written;
		any |= read | written;
	}
	return any;
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
	any = copy_chunk(faults, chunk, key, &map->chunks[map->count]);
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

/* The pages of the chunk that lie in [start, end), as a mask. */
static void range_mask(const struct faults *faults, uint64_t chunk_start, uint64_t start,
		       uint64_t end, uint64_t mask[PW_WORDS])
{
	uint64_t page_bytes = faults->options.page_bytes;
	unsigned int page;

	memset(mask, 0, PW_WORDS * sizeof(*mask));
	for (page = 0; page < CHUNK_PAGES; page++) {
		uint64_t address = chunk_start + page * page_bytes;

		if (address >= start && address < end)
			mask[page / 64] |= 1ull << (page % 64);
	}
}

/* Takes the bits of the pages that lie in [start, end). Returns whether there was one. */
static bool take_bits(struct faults *faults, struct pw_chunk *chunk, uint64_t key, uint64_t start,
		      uint64_t end, struct touch_chunk *ret)
{
	bool tells_writes = faults->backend == FAULTS_TP_BTF;
	uint64_t mask[PW_WORDS], any = 0;
	unsigned int word;

	copy_chunk(faults, chunk, key, ret);
	range_mask(faults, ret->start, start, end, mask);
	for (word = 0; word < PW_WORDS; word++) {
		/* What is taken is what was there: a touch may come at any time. */
		uint64_t read = mask[word] & __atomic_fetch_and(&chunk->read[word], ~mask[word],
								__ATOMIC_SEQ_CST);
		uint64_t written = mask[word] & __atomic_fetch_and(&chunk->written[word],
								   ~mask[word], __ATOMIC_SEQ_CST);

		ret->read[word] = tells_writes ? read : 0;
		ret->written[word] = tells_writes ? written : read | written;
		any |= read | written;
	}
	return any;
}

struct closing {
	uint32_t slot;
	uint64_t start, end, time_ns;
	void (*visit)(void *ctx, const struct touch_chunk *chunk);
	void *ctx;
};

/* Whether the chunk changed: chunk is the kernel's own, or a copy of it. */
static bool close_chunk(struct faults *faults, const struct closing *closing,
			struct pw_chunk *chunk, uint64_t key)
{
	struct touch_chunk taken;
	uint64_t start;

	if (!is_live(key) || key_slot(key) != closing->slot)
		return false;
	start = key_start(faults, key);
	if (start >= closing->end || start + faults_chunk_bytes(faults) <= closing->start ||
	    chunk->first_ns > closing->time_ns)
		return false;
	if (last_ns(faults, chunk) + faults->tick_ns > closing->time_ns) {
		__atomic_fetch_add(&faults->skel->bss->losses.chunks, 1, __ATOMIC_RELAXED);
		return false;
	}
	if (!take_bits(faults, chunk, key, closing->start, closing->end, &taken))
		return false;
	closing->visit(closing->ctx, &taken);
	return true;
}

/* A copy is emptied and put back. */
static int close_overflown(struct faults *faults, const struct closing *closing)
{
	int fd = bpf_map__fd(faults->skel->maps.overflow), err = 0;
	uint64_t key, next, *previous = NULL;
	struct pw_chunk chunk;

	while (!err && !bpf_map_get_next_key(fd, previous, &next)) {
		key = next;
		previous = &key;
		if (key_slot(key) == closing->slot && !bpf_map_lookup_elem(fd, &key, &chunk) &&
		    close_chunk(faults, closing, &chunk, key))
			err = bpf_map_update_elem(fd, &key, &chunk, BPF_EXIST);
	}
	return err;
}

int faults__close_range(struct faults *faults, uint32_t slot, uint64_t start, uint64_t end,
			uint64_t time_ns, void (*visit)(void *ctx, const struct touch_chunk *chunk),
			void *ctx)
{
	struct closing closing = { slot, start, end, time_ns, visit, ctx };
	uint32_t i;

	for (i = 0; i < faults->chunk_slots; i++)
		close_chunk(faults, &closing, &faults->chunks[i], faults->chunks[i].key);
	return close_overflown(faults, &closing);
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
	delete_keys(bpf_map__fd(faults->skel->maps.overflow), slot);
	delete_keys(bpf_map__fd(faults->skel->maps.sets), slot);
	if (faults->options.heap_min_bytes)
		delete_keys(bpf_map__fd(faults->skel->maps.heap_blocks), slot);
	__atomic_store_n(&mm->mm, PW_MM_FREE, __ATOMIC_RELEASE);
	return 0;
}
