/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The table of touched chunks: open-addressed, never deleted from by a program (another
 * CPU may hold the entry); what does not fit within the probes goes to a hash.
 */
#ifndef CHUNKS_BPF_H
#define CHUNKS_BPF_H

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

/* A template in the map area: 192 bytes of zeros do not belong on the BPF stack. */
static const struct pw_chunk empty_chunk;

static __always_inline __u64 chunk_key(__u32 slot, __u64 chunk)
{
	return (__u64)(slot + 1) << PW_SLOT_SHIFT | chunk;
}

static __always_inline struct pw_chunk *find_chunk(__u64 key)
{
	__u32 index = hash64(key, chunk_mask);
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		struct pw_chunk *chunk = bpf_map_lookup_elem(&chunks, &index);

		if (!chunk)
			return NULL;
		if (chunk->key == key)
			return chunk;
		if (chunk->key == PW_KEY_EMPTY)
			return NULL;
		index = (index + 1) & chunk_mask;
	}
	return bpf_map_lookup_elem(&overflow, &key);
}

static __noinline struct pw_chunk *overflow_chunk(__u64 key)
{
	struct pw_chunk *chunk = bpf_map_lookup_elem(&overflow, &key);

	if (chunk)
		return chunk;
	bpf_map_update_elem(&overflow, &key, &empty_chunk, BPF_NOEXIST);
	chunk = bpf_map_lookup_elem(&overflow, &key);
	if (chunk)
		chunk->key = key;
	return chunk;
}

static __noinline struct pw_chunk *add_chunk(__u64 key)
{
	__u32 index = hash64(key, chunk_mask);
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		struct pw_chunk *chunk = bpf_map_lookup_elem(&chunks, &index);
		__u64 old;

		if (!chunk)
			return NULL;
		old = chunk->key;
		if (old == PW_KEY_EMPTY || old == PW_KEY_FREE) {
			__u64 seen = __sync_val_compare_and_swap(&chunk->key, old, key);

			if (seen == old || seen == key)
				return chunk;
		} else if (old == key) {
			return chunk;
		}
		index = (index + 1) & chunk_mask;
	}
	return overflow_chunk(key);
}

/*
 * The first touch of a chunk's life. The sets come before in_set: whoever sees in_set
 * may trust that a walk finds the chunk.
 */
static __noinline int begin_chunk(struct pw_chunk *chunk, __u32 slot, __u64 number)
{
	if (!chunk)
		return 0;
	chunk->first_ns = bpf_ktime_get_ns();
	chunk->first_jiffies = bpf_jiffies64();
	chunk->first_tid = visible_pid(bpf_get_current_task_btf());
	chunk->first_cpu = bpf_get_smp_processor_id();
	if (sets_add_chunk(slot, number)) {
		__sync_fetch_and_add(&losses.chunks, 1);
		return 0;
	}
	chunk->in_set = 1;
	return 0;
}

static __always_inline void touch_page(__u32 slot, __u64 address, bool write)
{
	__u64 number = address >> chunk_shift();
	__u64 page = address >> page_shift;
	__u64 key = chunk_key(slot, number);
	__u32 word = (page >> 6) & (PW_WORDS - 1);
	struct pw_chunk *chunk = find_chunk(key);
	__u64 now;

	if (!chunk)
		chunk = add_chunk(key);
	if (!chunk) {
		__sync_fetch_and_add(&losses.chunks, 1);
		return;
	}
	if (write)
		__sync_fetch_and_or(&chunk->written[word], 1ull << (page & 63));
	else
		__sync_fetch_and_or(&chunk->read[word], 1ull << (page & 63));
	if (!*(volatile __u32 *)&chunk->in_set)
		begin_chunk(chunk, slot, number);
	/* A plain load where the clocks are a call; a tick is fine enough for "last". */
	now = bpf_jiffies64();
	if (chunk->last_jiffies != now)
		chunk->last_jiffies = now;
}

#endif
