/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What user space sets before the load, and the losses that it reads. */
#ifndef CONFIG_BPF_H
#define CONFIG_BPF_H

#define MAX_ERRNO 4095
#define NULL ((void *)0)

const volatile __u32 page_shift = 12;
const volatile __u32 chunk_mask = 4095;	  /* slots of the chunk table - 1 */
const volatile __u32 place_bits = 10;	  /* places for live address spaces, as a power of two */
const volatile __u32 slot_count = 1024;	  /* address spaces that are live or wait for user space */
const volatile __u32 cpu_count = 1;	  /* possible ones */
const volatile __u32 max_processes = 256; /* live ones at a time */
const volatile __u64 rest_jiffies = 25;	  /* before an idle chunk's place may be taken */
const volatile __u32 follow_children = 0;
const volatile __u32 exec_is_announced = 0; /* by sched_prepare_exec */
const volatile __u32 pid_namespace = 0;	    /* inode number of ours; 0: the initial one */
const volatile __u64 tick_ns = 4000000;	    /* of jiffies */
const volatile __u64 ring_mark = 1 << 17;   /* bytes in the ring that justify a wakeup */

const volatile __u32 pool_shift = 0; /* of the default hugetlb page; 0: none */

const volatile __u64 heap_min_bytes = 1; /* smaller blocks are ignored */

const volatile __u32 limits[PW_LIMITS] = {}; /* by enum pw_limit */

const volatile int numbers[PW_CALLS] = {}; /* of the system calls, by enum pw_call */
const volatile __u64 call_bits[PW_CALL_NUMBERS / 64] = {}; /* the same as a set */

struct pw_losses losses;
__u64 woken_at; /* position in the ring at the last wakeup */

/*
 * Keeps the compiler from turning arithmetic into a branch: each branch in a loop would double the
 * verifier's work, and attaching must be quick.
 */
#define hide(value) asm volatile("" : "+r"(value))

static __always_inline __u32 chunk_shift(void)
{
	return page_shift + PW_CHUNK_SHIFT;
}

static __always_inline __u64 page_up(__u64 address)
{
	return (address + (1ull << page_shift) - 1) >> page_shift << page_shift;
}

static __always_inline __u64 page_down(__u64 address)
{
	return address >> page_shift << page_shift;
}

/*
 * Fibonacci hashing: the high half is well mixed. The slot is at the top of the key and affects
 * only the highest bits, and forked processes have the same addresses: so these bits are mixed in.
 */
static __always_inline __u32 hash_slot(__u64 value, __u32 mask)
{
	__u64 product = value * 0x9e3779b97f4a7c15ull;

	return (__u32)(product >> 32 ^ product >> 48) & mask;
}

#endif
