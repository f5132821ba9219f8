/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One lock for 512 aligned chunks (1 GiB) of an address space and the set above them: held while a
 * chunk's life begins or ends. Tracing programs may not use bpf_spin_lock.
 */
#ifndef LOCKS_BPF_H
#define LOCKS_BPF_H

/* The holder has preemption off and needs a microsecond, unless its CPU is taken away. */
#define LOCK_ROUNDS (1 << 17)

struct pw_lock {
	__u32 held;
	__u32 padding[15]; /* one cache line each */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PW_LOCKS + 1); /* the last one is for the target table */
	__type(key, __u32);
	__type(value, struct pw_lock);
} locks SEC(".maps");

#define TARGETS_LOCK PW_LOCKS

/* chunk: the chunk's number. */
static __always_inline __u32 lock_of(__u32 slot, __u64 chunk)
{
	return hash_slot((__u64)(slot + 1) << PW_SLOT_SHIFT | chunk >> PW_SET_SHIFT, PW_LOCKS - 1);
}

struct lock_wait {
	__u32 index;
	int held;
};

static __always_inline int try_lock(__u32 index)
{
	struct pw_lock *lock = bpf_map_lookup_elem(&locks, &index);

	return lock && !*(volatile __u32 *)&lock->held &&
	       !__sync_val_compare_and_swap(&lock->held, 0, 1);
}

static long wait_for_lock(__u32 round, struct lock_wait *wait)
{
	wait->held = try_lock(wait->index);
	return wait->held;
}

/* Whether the lock was taken; waits for it for about a millisecond at most. */
__noinline int lock_gib(__u32 index)
{
	struct lock_wait wait = { index, try_lock(index) };

	if (!wait.held)
		bpf_loop(LOCK_ROUNDS, wait_for_lock, &wait, 0);
	return wait.held;
}

static __always_inline void unlock_gib(__u32 index)
{
	struct pw_lock *lock = bpf_map_lookup_elem(&locks, &index);

	if (lock)
		__sync_lock_test_and_set(&lock->held, 0);
}

#endif
