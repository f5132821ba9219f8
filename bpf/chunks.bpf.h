/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The lives of touched chunks. A chunk begins with its first touch and ends when its last bit is
 * closed, both under the lock of its GiB. Then another chunk may take its place.
 *
 * A touch takes no lock. It looks up the key, sets its bit, and reads the key again: if the life
 * ended in between, it begins another one. A place rests before another key may have it. A touch
 * that is delayed for longer than that between the two reads (its CPU was taken away) has set a bit
 * of another chunk; it notices that, and counts it.
 */
#ifndef CHUNKS_BPF_H
#define CHUNKS_BPF_H

/* Instead of a place. */
#define NO_SET (~2u) /* no room in the sets above the chunks */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PW_BEGUN);
	__type(key, __u32);
	__type(value, __u64); /* struct pw_begun, written in one store */
} begun SEC(".maps");

__u64 begun_serial;    /* number of chunks that began in the table */
__u32 unclosed_serial; /* of the last range that was left to user space */

/* A template in the map area: 192 bytes are too much for the BPF stack. */
static const struct pw_chunk overflown_chunk = { .key = PW_KEY_TAKEN, .overflown = 1 };

static __always_inline void count_overflown(__u32 slot, __u64 more)
{
	struct pw_slot *counts = bpf_map_lookup_elem(&slots, &slot);

	if (counts)
		__sync_fetch_and_add(&counts->overflown, more);
}

static __always_inline void log_begun(__u32 place)
{
	__u64 serial = __sync_fetch_and_add(&begun_serial, 1);
	__u32 at = serial & (PW_BEGUN - 1);
	__u64 *entry = bpf_map_lookup_elem(&begun, &at);

	if (entry)
		*(volatile __u64 *)entry = serial << 32 | place;
}

/* A place in the table, logged for user space before the key, or one in the overflow hash. */
static __always_inline __u32 take_some_place(__u32 slot, __u64 key)
{
	__u32 place = take_place(key);

	if (place != NO_PLACE) {
		log_begun(place);
		return place;
	}
	if (bpf_map_update_elem(&overflow, &key, &overflown_chunk, BPF_ANY))
		return NO_PLACE;
	count_overflown(slot, 1);
	return BEHIND_TABLE;
}

/* Releases the place. The key stays readable, for a touch that finds it late. */
static __always_inline void drop_chunk_place(struct pw_chunk *chunk, __u32 slot, __u64 key)
{
	chunk->last_jiffies = bpf_jiffies64();
	set_key_now(chunk, key | PW_KEY_IDLE);
	if (!chunk->overflown)
		return;
	bpf_map_delete_elem(&overflow, &key);
	count_overflown(slot, -1);
}

/*
 * The first touch of a chunk's life. The sets are updated before the key, so that a walk finds every
 * chunk whose key is visible. Returns the place, NO_PLACE or NO_SET. Global: verified once.
 */
__noinline __u32 begin_chunk(__u32 slot, __u64 number)
{
	__u64 key = chunk_key(slot, number);
	__u32 place = take_some_place(slot, key);
	struct pw_chunk *chunk = chunk_at(place, key);
	__s64 left = 0;
	int word;

	if (!chunk)
		return NO_PLACE;
	chunk->first_ns = bpf_ktime_get_ns();
	chunk->first_jiffies = chunk->last_jiffies = bpf_jiffies64();
	chunk->first_tid = (__u32)current_ids();
	chunk->first_cpu = bpf_get_smp_processor_id();
	chunk->closed = unclosed_serial;
	for (word = 0; word < PW_PAIRS; word++) {
		if (*(volatile __u64 *)&chunk->pairs[word])
			left += count_pages(__sync_lock_test_and_set(&chunk->pairs[word], 0));
	}
	/* A late touch of a life that ended may have set a bit after that. */
	if (left)
		count_touched(slot, -left);
	if (sets_add_chunk(slot, number)) {
		drop_chunk_place(chunk, slot, key);
		return NO_SET;
	}
	set_key_now(chunk, key);
	return place;
}

static __always_inline bool chunk_empty(const struct pw_chunk *chunk)
{
	__u64 any = 0;
	int word;

	for (word = 0; word < PW_PAIRS; word++)
		any |= *(volatile __u64 *)&chunk->pairs[word];
	return !any;
}

/*
 * Ends the chunk's life if it is empty. A concurrent touch either sees that the key is gone, or its
 * bit is seen here. Global: verified once. The lock is held.
 */
__noinline int end_chunk(struct pw_chunk *chunk, __u32 slot, __u64 number)
{
	__u64 key = chunk_key(slot, number);

	if (!chunk || !chunk_empty(chunk) || key_now(chunk) != key)
		return 0;
	set_key_now(chunk, PW_KEY_TAKEN);
	if (!chunk_empty(chunk)) {
		set_key_now(chunk, key);
		return 0;
	}
	sets_remove_chunk(slot, number);
	collect_faults(chunk, slot);
	drop_chunk_place(chunk, slot, key);
	return 0;
}

static __always_inline void count_fault(struct pw_chunk *chunk, __u32 how)
{
	if (how & TOUCH_KERNEL)
		__sync_fetch_and_add(&chunk->kernel_faults, 1);
	else
		__sync_fetch_and_add(&chunk->user_faults, 1);
}

/* A plain load, while clocks are calls; one tick is precise enough for "last". */
static __always_inline void note_time(struct pw_chunk *chunk)
{
	__u64 now = bpf_jiffies64();

	if (chunk->last_jiffies != now)
		chunk->last_jiffies = now;
}

/* A touch without a place: the fault is counted all the same. */
static __always_inline void lose_touch(__u64 *loss, __u32 slot, __u32 how)
{
	__sync_fetch_and_add(loss, 1);
	count_faults(slot, !(how & TOUCH_KERNEL), !!(how & TOUCH_KERNEL));
}

/* unclosed.bpf.h */
int close_late(struct pw_chunk *chunk, __u32 slot, __u64 number);

/*
 * A touch that found no chunk, or (stray: already counted there) a chunk whose life has ended
 * since. Global: verified once.
 */
__noinline int touch_slowly(struct pw_chunk *stray, __u32 slot, __u64 address, __u32 how)
{
	__u64 number = address >> chunk_shift(), key = chunk_key(slot, number);
	__u32 lock = lock_of(slot, number), place;
	struct pw_chunk *chunk;

	if (!lock_gib(lock)) {
		lose_touch(&losses.strays, slot, how);
		return 0;
	}
	if (stray && (key_now(stray) & ~PW_KEY_IDLE) != key)
		__sync_fetch_and_add(&losses.strays, 1);
	if (stray && key_now(stray) == (key | PW_KEY_IDLE))
		unset_stray(stray, slot, address);
	place = find_place(key);
	if (place == NO_PLACE)
		place = begin_chunk(slot, number);
	chunk = chunk_at(place, key);
	if (chunk) {
		close_late(chunk, slot, number);
		if (set_bit(chunk, address, how))
			count_touched(slot, 1);
		if (!stray)
			count_fault(chunk, how);
		note_time(chunk);
	} else {
		lose_touch(place == NO_SET ? &losses.sets : &losses.chunks, slot, how);
	}
	unlock_gib(lock);
	return 0;
}

/* The fault is counted once, with the page's first bit or by itself. */
static __always_inline void touch_chunk(struct pw_chunk *chunk, __u32 slot, __u64 address,
					__u32 how)
{
	bool first = set_bit(chunk, address, how);

	if (first && !(how & TOUCH_KERNEL)) {
		count_fresh(slot);
		return;
	}
	if (first)
		count_touched(slot, 1);
	count_fault(chunk, how);
}

static __always_inline void touch_page(const struct pw_mm *mm, __u32 slot, __u64 address, __u32 how)
{
	__u64 key = chunk_key(slot, address >> chunk_shift());
	struct pw_chunk *chunk = NULL;

	if (!*(volatile __u32 *)&mm->unclosed)
		chunk = find_chunk(key);
	if (chunk) {
		touch_chunk(chunk, slot, address, how);
		if (key_now(chunk) == key) {
			note_time(chunk);
			return;
		}
	}
	touch_slowly(chunk, slot, address, how);
}

#endif
