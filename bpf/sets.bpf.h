/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Two levels of 512-bit sets above the chunks, so that ending a range costs what was touched in it.
 * Level 1 says which of 512 aligned chunks are live, level 2 which sets of level 1 exist. A change
 * requires the lock of its level 1 set (locks.bpf.h). A walk reads the sets without a lock, and
 * checks each chunk.
 */
#ifndef SETS_BPF_H
#define SETS_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 16); /* user space sets it */
	__type(key, __u64);
	__type(value, struct pw_set);
} sets SEC(".maps");

/* index is the chunk's number, shifted right once per level. */
static __always_inline __u64 set_key(__u32 slot, __u64 level, __u64 index)
{
	return (__u64)(slot + 1) << PW_SLOT_SHIFT | level << PW_LEVEL_SHIFT | index;
}

static __noinline struct pw_set *add_set(__u64 key)
{
	struct pw_set empty = {};

	/* If it is there already, or another CPU is faster, that one is as good. */
	bpf_map_update_elem(&sets, &key, &empty, BPF_NOEXIST);
	return bpf_map_lookup_elem(&sets, &key);
}

static __always_inline void set_put(struct pw_set *set, __u64 member)
{
	__sync_fetch_and_or(&set->bits[(member >> 6) & (PW_WORDS - 1)], 1ull << (member & 63));
}

static __always_inline int set_add(__u32 slot, __u64 level, __u64 member)
{
	struct pw_set *set = add_set(set_key(slot, level, member >> PW_SET_SHIFT));

	if (!set)
		return -1;
	set_put(set, member);
	return 0;
}

/*
 * chunk: the chunk's number, address >> chunk_shift(). A set of level 1 that exists is in level 2.
 * The lock is held, also in the functions below.
 */
static __always_inline int sets_add_chunk(__u32 slot, __u64 chunk)
{
	__u64 key = set_key(slot, 1, chunk >> PW_SET_SHIFT);
	struct pw_set *set = bpf_map_lookup_elem(&sets, &key);

	if (set) {
		set_put(set, chunk);
		return 0;
	}
	if (set_add(slot, 2, chunk >> PW_SET_SHIFT))
		return -1;
	return set_add(slot, 1, chunk);
}

static __always_inline void set_remove(struct pw_set *set, __u64 member)
{
	__sync_fetch_and_and(&set->bits[(member >> 6) & (PW_WORDS - 1)], ~(1ull << (member & 63)));
}

static __always_inline bool set_empty(const struct pw_set *set)
{
	__u64 any = 0;
	int word;

	for (word = 0; word < PW_WORDS; word++)
		any |= set->bits[word];
	return !any;
}

/* An empty set is deleted: a process that never returns to an address must not fill the hash. */
static __always_inline void sets_remove_chunk(__u32 slot, __u64 chunk)
{
	__u64 group = chunk >> PW_SET_SHIFT, key = set_key(slot, 1, group);
	struct pw_set *set = bpf_map_lookup_elem(&sets, &key);

	if (!set)
		return;
	set_remove(set, chunk);
	if (!set_empty(set))
		return;
	bpf_map_delete_elem(&sets, &key);
	key = set_key(slot, 2, group >> PW_SET_SHIFT);
	set = bpf_map_lookup_elem(&sets, &key);
	if (set)
		set_remove(set, group);
}

#endif
