/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a touched chunk is kept: in an open-addressed table, and in an overflow hash if it finds no
 * place there within the probes.
 */
#ifndef PLACES_BPF_H
#define PLACES_BPF_H

/* Instead of an index in the table. */
#define NO_PLACE (~0u)
#define BEHIND_TABLE (~1u)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* user space sets it */
	__type(key, __u32);
	__type(value, struct pw_chunk);
} chunks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 18);
	__type(key, __u64);
	__type(value, struct pw_chunk);
} overflow SEC(".maps");

static __always_inline __u64 chunk_key(__u32 slot, __u64 chunk)
{
	return (__u64)(slot + 1) << PW_SLOT_SHIFT | chunk;
}

static __always_inline __u64 key_now(const struct pw_chunk *chunk)
{
	return *(volatile __u64 *)&chunk->key;
}

/* Because the result is used, it is a full barrier on every machine. */
static __always_inline void set_key_now(struct pw_chunk *chunk, __u64 key)
{
	__u64 old = __sync_lock_test_and_set(&chunk->key, key);

	hide(old);
}

static __always_inline __u32 key_slot(__u64 key)
{
	return (__u32)((key & ~PW_KEY_IDLE) >> PW_SLOT_SHIFT) - 1;
}

static __always_inline void count_faults(__u32 slot, __u64 user_faults, __u64 kernel_faults)
{
	struct pw_slot *counts = bpf_map_lookup_elem(&slots, &slot);

	if (!counts)
		return;
	if (user_faults)
		__sync_fetch_and_add(&counts->user_faults, user_faults);
	if (kernel_faults)
		__sync_fetch_and_add(&counts->kernel_faults, kernel_faults);
}

/* Adds a chunk's counts to its address space. */
static __always_inline void collect_faults(struct pw_chunk *chunk, __u32 slot)
{
	count_faults(slot, __sync_lock_test_and_set(&chunk->user_faults, 0),
		     __sync_lock_test_and_set(&chunk->kernel_faults, 0));
}

/*
 * Neighbouring chunks have neighbouring places, 8 of them: whoever touches chunk after chunk, or reads
 * them, finds the next one in the same page and often in the cache. The group's hash also orders the
 * places in the group, so that chunks at a stride of 8 use all of them.
 */
#define GROUP_SHIFT 3

static __always_inline __u32 first_place(__u64 key)
{
	__u32 member = key & ((1u << GROUP_SHIFT) - 1);

	return (hash_slot(key >> GROUP_SHIFT, chunk_mask) ^ member) & chunk_mask;
}

/* Groups that meet part again: each has its own step, an odd number of groups. */
static __always_inline __u32 next_place(__u32 index, __u64 key)
{
	__u32 step = (__u32)((key >> GROUP_SHIFT) * 0xd6e8feb86659fd93ull >> 40) | 1;

	return (index + (step << GROUP_SHIFT)) & chunk_mask;
}

/* On the path of each touch. */
static __always_inline struct pw_chunk *find_chunk(__u64 key)
{
	__u32 index = first_place(key);
	struct pw_chunk *chunk;
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		chunk = bpf_map_lookup_elem(&chunks, &index);
		if (!chunk)
			return NULL;
		if (chunk->key == key)
			return chunk;
		if (chunk->key == PW_KEY_EMPTY)
			return NULL;
		index = next_place(index, key);
	}
	chunk = bpf_map_lookup_elem(&overflow, &key);
	return chunk && key_now(chunk) == key ? chunk : NULL;
}

/*
 * The place of a live chunk, or NO_PLACE. Global: verified once. It is off the path of most touches,
 * so it returns a number, not a pointer: the verifier then continues on one path, not nine.
 */
__noinline __u32 find_place(__u64 key)
{
	__u32 index = first_place(key);
	struct pw_chunk *chunk;
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		chunk = bpf_map_lookup_elem(&chunks, &index);
		if (!chunk || chunk->key == PW_KEY_EMPTY)
			return NO_PLACE;
		if (chunk->key == key)
			return index;
		index = next_place(index, key);
	}
	chunk = bpf_map_lookup_elem(&overflow, &key);
	return chunk && key_now(chunk) == key ? BEHIND_TABLE : NO_PLACE;
}

static __always_inline struct pw_chunk *chunk_at(__u32 place, __u64 key)
{
	if (place == BEHIND_TABLE)
		return bpf_map_lookup_elem(&overflow, &key);
	return bpf_map_lookup_elem(&chunks, &place);
}

static __always_inline bool may_take(const struct pw_chunk *chunk, __u64 old, __u64 now)
{
	if (old == PW_KEY_EMPTY)
		return true;
	return old & PW_KEY_IDLE && now - chunk->last_jiffies >= rest_jiffies;
}

struct place_search {
	__u64 key, now;
	__u64 found_key;
	__u32 index, found;
};

static long look_at_place(__u32 step, struct place_search *search)
{
	__u32 index = search->index;
	struct pw_chunk *chunk = bpf_map_lookup_elem(&chunks, &index);
	__u64 own = search->key | PW_KEY_IDLE, old;

	if (!chunk)
		return 1;
	search->index = next_place(index, search->key);
	old = key_now(chunk);
	if (old == own || (search->found == NO_PLACE && may_take(chunk, old, search->now))) {
		search->found = index;
		search->found_key = old;
	}
	return old == PW_KEY_EMPTY || old == own;
}

/*
 * Takes a place in the table for a key, or returns NO_PLACE. The key's previous place need not rest:
 * a late touch of its old life counts for its new one. Global: verified once.
 */
__noinline __u32 take_place(__u64 key)
{
	struct place_search search = {
		.key = key,
		.now = bpf_jiffies64(),
		.index = first_place(key),
		.found = NO_PLACE,
	};
	struct pw_chunk *chunk;
	__u64 old;
	__u32 place;

	bpf_loop(PW_PROBES, look_at_place, &search, 0);
	place = search.found;
	old = search.found_key;
	chunk = bpf_map_lookup_elem(&chunks, &place);
	if (!chunk || __sync_val_compare_and_swap(&chunk->key, old, PW_KEY_TAKEN) != old)
		return NO_PLACE;
	/* What a late touch has counted. */
	if (old & PW_KEY_IDLE && old != (key | PW_KEY_IDLE))
		collect_faults(chunk, key_slot(old));
	return place;
}

#endif
