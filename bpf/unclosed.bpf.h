/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Ranges with more touched chunks than one call may close. User space takes the rest with
 * take_unclosed. The lives have ended all the same: a touch that comes first puts the chunk's old
 * bits aside and begins a new life. So each chunk records up to which range it is closed; new
 * chunks are closed up to the last one.
 */
#ifndef UNCLOSED_BPF_H
#define UNCLOSED_BPF_H

struct pw_unclosed unclosed[PW_UNCLOSED_RANGES];
struct pw_taking taking;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PW_TAKEN);
	__type(key, __u32);
	__type(value, struct pw_chunk);
} taken SEC(".maps");

struct pw_chunk nowhere; /* for bits without a place */

/* Bits that were put aside. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 14); /* user space sets it */
	__type(key, struct pw_late_key);
	__type(value, struct pw_chunk);
} late SEC(".maps");

/* Masked twice: the verifier must see that the place is in the array. */
static __always_inline __u32 unclosed_place(__u32 serial)
{
	return serial & (limits[PW_LIMIT_UNCLOSED_RANGES] - 1) & (PW_UNCLOSED_RANGES - 1);
}

/*
 * Called before the call goes on, so that touches of a new life find it. No free place is a loss.
 */
static __always_inline void remember_unclosed(struct walk *walk, __u32 serial)
{
	struct pw_unclosed *range = &unclosed[unclosed_place(serial)];

	if (__sync_val_compare_and_swap(&range->serial, 0, PW_UNCLOSED_BUSY)) {
		__sync_fetch_and_add(&losses.strays, 1);
		return;
	}
	range->slot = walk->slot;
	range->start = walk->cursor << chunk_shift();
	if (range->start < walk->start)
		range->start = walk->start;
	range->end = walk->end;
	__sync_lock_test_and_set(&range->serial, serial);
	if (!count_unclosed(walk->slot, 1))
		return;
	__sync_lock_test_and_set(&range->serial, 0);
	__sync_fetch_and_add(&losses.strays, 1);
}

/* Run by user space: one range of the slot no longer waits. */
SEC("raw_tp")
int forget_unclosed(void *ctx)
{
	return count_unclosed(asked_slot, -1);
}

/* Global: verified once. */
__noinline int leave_unclosed(struct walk *walk)
{
	struct pw_range *record;

	if (!walk)
		return 0;
	record = reserve_record(sizeof(*record));
	if (!record)
		return lose_record();
	fill_head(&record->head, PW_UNCLOSED, walk->slot);
	record->start = walk->cursor << chunk_shift();
	record->end = walk->end;
	record->serial = __sync_fetch_and_add(&unclosed_serial, 1) + 1;
	record->padding = 0;
	remember_unclosed(walk, record->serial);
	bpf_ringbuf_submit(record, wakeup_flags(true));
	return 0;
}

/* All of [start, end), bytes, page-aligned. */
static __always_inline void leave_range(__u32 slot, __u64 start, __u64 end)
{
	__u32 zero = 0;
	struct walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk)
		return;
	walk->slot = slot;
	walk->start = start;
	walk->end = end;
	walk->cursor = start >> chunk_shift();
	leave_unclosed(walk);
}

static __always_inline void fill_taken(struct pw_chunk *to, const struct pw_chunk *chunk, __u64 key)
{
	to->key = key;
	to->first_ns = chunk->first_ns;
	to->first_jiffies = chunk->first_jiffies;
	to->last_jiffies = chunk->last_jiffies;
	to->first_tid = chunk->first_tid;
	to->first_cpu = chunk->first_cpu;
}

/* Moves a slot's bits of these pages to `to`. Returns whether there were any. */
__noinline int move_bits(__u32 slot, struct pw_chunk *chunk, struct pw_chunk *to,
			 struct page_masks *masks)
{
	__s64 pages = 0;
	__u32 i;

	if (!chunk || !to || !masks)
		return 0;
#pragma unroll
	for (i = 0; i < PW_PAIRS; i++) {
		__u64 mask = masks->words[i / 2] >> (i % 2 * 32);

		to->pairs[i] = take_pair(&chunk->pairs[i], mask);
		pages += count_pages(to->pairs[i]);
		hide(pages);
	}
	if (pages)
		count_touched(slot, -pages);
	return !!pages;
}

/* If no bits are left, the life begins now. The lock is held. */
static __always_inline void begin_again(struct pw_chunk *chunk)
{
	if (!chunk_empty(chunk))
		return;
	chunk->first_ns = bpf_ktime_get_ns();
	chunk->first_jiffies = bpf_jiffies64();
	chunk->first_tid = (__u32)current_ids();
	chunk->first_cpu = bpf_get_smp_processor_id();
}

/* Puts the bits of a range's old lives aside. Global: verified once. */
__noinline int put_aside(struct pw_chunk *chunk, struct pw_unclosed *range, __u64 number)
{
	struct page_masks masks = {};
	struct pw_late_key key;
	struct pw_chunk *to;

	if (!chunk || !range)
		return 0;
	key.chunk = chunk_key(range->slot, number);
	key.serial = range->serial;
	fill_masks(&masks, number, range->start, range->end);
	chunk->closed = range->serial;
	bpf_map_update_elem(&late, &key, &overflown_chunk, BPF_ANY);
	to = bpf_map_lookup_elem(&late, &key);
	if (to) {
		fill_taken(to, chunk, key.chunk);
		move_bits(range->slot, chunk, to, &masks);
	} else {
		__sync_fetch_and_add(&losses.strays, 1);
		move_bits(range->slot, chunk, &nowhere, &masks);
	}
	begin_again(chunk);
	return 0;
}

/* Whether the range at a place still waits and overlaps the chunk; copies it. */
static __always_inline bool copy_range(__u32 place, __u32 slot, __u64 number,
				       struct pw_unclosed *ret)
{
	const volatile struct pw_unclosed *range = &unclosed[unclosed_place(place)];
	__u64 base = number << chunk_shift();

	ret->serial = range->serial;
	if (!ret->serial || ret->serial == PW_UNCLOSED_BUSY)
		return false;
	ret->slot = range->slot;
	ret->start = range->start;
	ret->end = range->end;
	return range->serial == ret->serial && ret->slot == slot && ret->end > base &&
	       ret->start < base + (1ull << chunk_shift());
}

struct lateness {
	struct pw_chunk *chunk;
	__u64 number;
	__u32 slot;
	__u32 oldest; /* serial of the first range that may wait */
};

/* Global: verified once, not in each step. */
__noinline int close_one_late(struct pw_chunk *chunk, __u32 place, __u32 slot, __u64 number)
{
	struct pw_unclosed range;

	if (chunk && copy_range(place, slot, number, &range) && chunk->closed < range.serial)
		put_aside(chunk, &range, number);
	return 0;
}

static long close_late_step(__u32 step, struct lateness *late)
{
	close_one_late(late->chunk, late->oldest + step, late->slot, late->number);
	return 0;
}

/*
 * Before a touch, while ranges wait: handles them in order. Global: verified once. The lock is
 * held.
 */
__noinline int close_late(struct pw_chunk *chunk, __u32 slot, __u64 number)
{
	struct lateness late = { chunk, number, slot, unclosed_serial + 1 };

	if (!chunk || chunk->closed == unclosed_serial)
		return 0;
	bpf_loop(limits[PW_LIMIT_UNCLOSED_RANGES], close_late_step, &late, 0);
	return 0;
}

static __always_inline void take_found(struct walk *walk, struct pw_chunk *chunk, __u64 number)
{
	__u32 index = taking.count;
	struct pw_chunk *to = bpf_map_lookup_elem(&taken, &index);

	if (!to || chunk->closed >= taking.serial)
		return;
	fill_masks(&walk->masks, number, walk->start, walk->end);
	fill_taken(to, chunk, chunk->key);
	chunk->closed = taking.serial;
	if (move_bits(walk->slot, chunk, to, &walk->masks))
		taking.count++;
	end_chunk(chunk, walk->slot, number);
}

__noinline int take_chunk_bits(struct walk *walk, __u64 number)
{
	struct pw_chunk *chunk;
	__u64 key;
	__u32 lock;

	if (!walk)
		return 0;
	lock = lock_of(walk->slot, number);
	if (!lock_gib(lock)) {
		__sync_fetch_and_add(&losses.strays, 1);
		return 0;
	}
	key = chunk_key(walk->slot, number);
	chunk = chunk_at(find_place(key), key);
	if (chunk)
		take_found(walk, chunk, number);
	unlock_gib(lock);
	return 0;
}

static long take_step(__u32 index, void *ctx)
{
	__u32 zero = 0;
	struct walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk || walk->cursor > walk->last || taking.count >= limits[PW_LIMIT_TAKEN])
		return 1;
	if (!find_live(walk) || walk->cursor > walk->last)
		return 0;
	take_chunk_bits(walk, walk->cursor);
	walk->cursor++;
	return 0;
}

/* Run by user space, with preemption off (net/bpf/test_run.c, bpf_prog_test_run_raw_tp). */
SEC("raw_tp")
int take_unclosed(void *ctx)
{
	__u32 zero = 0;
	struct walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk)
		return 0;
	walk->slot = taking.slot;
	walk->start = taking.start;
	walk->end = taking.end;
	walk->cursor = taking.cursor;
	walk->last = (taking.end - 1) >> chunk_shift();
	taking.count = 0;
	bpf_loop(limits[PW_LIMIT_CHUNKS_A_CALL], take_step, NULL, 0);
	taking.cursor = walk->cursor;
	taking.done = walk->cursor > walk->last;
	return 0;
}

#endif
