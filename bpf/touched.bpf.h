/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How many pages of an address space have a touch bit. Each CPU has its own counters, so that
 * threads that touch at the same time share no cache line. One counter alone means nothing: a page
 * may be counted on one CPU and counted back on another.
 */
#ifndef TOUCHED_BPF_H
#define TOUCHED_BPF_H

#define TOUCH_WRITE 1u
#define TOUCH_KERNEL 2u /* a fault of the kernel on behalf of the process */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* user space sets it: CPUs times slots */
	__type(key, __u32);
	__type(value, struct pw_touched);
} touched SEC(".maps");

static __always_inline struct pw_touched *touched_here(__u32 slot)
{
	__u32 at = bpf_get_smp_processor_id() * slot_count + slot;

	return bpf_map_lookup_elem(&touched, &at);
}

/* Atomic all the same: on some kernels a program of another thread can preempt this one. */
static __always_inline void count_touched(__u32 slot, __s64 more)
{
	struct pw_touched *here = touched_here(slot);

	if (here)
		__sync_fetch_and_add(&here->bits, more);
}

/*
 * On the path of each fault of user space, where one atomic operation costs as much as all else
 * that we do. Only one program does this, and the kernel does not run it while it is at work on the
 * same CPU: a fault of user space interrupts none, and a preempted program is not begun again
 * (kernel/trace/bpf_trace.c; kernel/events/core.c for perf events).
 */
static __always_inline void count_fresh(__u32 slot)
{
	struct pw_touched *here = touched_here(slot);

	if (here)
		*(volatile __u64 *)&here->fresh += 1;
}

/* How many pages have a bit in a pair. */
static __always_inline __s64 count_pages(__u64 pair)
{
	__u32 pages = (__u32)pair | (__u32)(pair >> 32);

	pages -= (pages >> 1) & 0x55555555u;
	pages = (pages & 0x33333333u) + ((pages >> 2) & 0x33333333u);
	pages = (pages + (pages >> 4)) & 0x0f0f0f0fu;
	return (pages * 0x01010101u) >> 24;
}

static __always_inline __u64 *pair_of(struct pw_chunk *chunk, __u64 page)
{
	return &chunk->pairs[(page >> 5) & (PW_PAIRS - 1)];
}

/*
 * Whether it is the page's first bit. Then it is to be counted; whoever takes its bits out counts it
 * back. Because the result is used, this is a full barrier: the chunk's key is read after it.
 */
static __always_inline bool set_bit(struct pw_chunk *chunk, __u64 address, __u32 how)
{
	__u64 page = address >> page_shift, read = 1ull << (page & 31), both = read | read << 32;
	__u64 bit = how & TOUCH_WRITE ? read << 32 : read;

	return !(__sync_fetch_and_or(pair_of(chunk, page), bit) & both);
}

/*
 * A touch has set its bit in a place after the life there had ended. The place still has the key,
 * and the lock is held, so that no life of that key begins there meanwhile.
 */
static __always_inline void unset_stray(struct pw_chunk *chunk, __u32 slot, __u64 address)
{
	__u64 page = address >> page_shift, read = 1ull << (page & 31), both = read | read << 32;

	if (__sync_fetch_and_and(pair_of(chunk, page), ~both) & both)
		count_touched(slot, -1);
}

struct touched_sum {
	__u32 at;
	__u64 pages;
};

static long add_touched(__u32 cpu, struct touched_sum *sum)
{
	struct pw_touched *of_cpu = bpf_map_lookup_elem(&touched, &sum->at);

	sum->at += slot_count;
	if (of_cpu)
		sum->pages += *(volatile __u64 *)&of_cpu->bits + *(volatile __u64 *)&of_cpu->fresh;
	return 0;
}

/* Of all CPUs. Global: verified once. */
__noinline __u64 touched_pages(__u32 slot)
{
	struct touched_sum sum = { .at = slot };

	bpf_loop(cpu_count, add_touched, &sum, 0);
	return sum.pages;
}

/* Whether ranges of it wait for user space: lives that ended still have their bits. */
static __always_inline bool has_unclosed(__u32 number)
{
	struct pw_slot *slot = bpf_map_lookup_elem(&slots, &number);
	struct pw_mm *entry;
	__u32 place;

	if (!slot)
		return false;
	place = slot->place;
	entry = bpf_map_lookup_elem(&mms, &place);
	return entry && entry->slot == number && *(volatile __u32 *)&entry->unclosed;
}

#endif
