/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The ring of mapping events. User space is woken when the ring is an eighth full, and by changes
 * of the set of processes; it also drains the ring before each snapshot.
 */
#ifndef RECORDS_BPF_H
#define RECORDS_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ring SEC(".maps");

/* One wakeup per ring_mark bytes: a reader that is reading needs no other. */
static __always_inline __u64 wakeup_flags(bool now)
{
	__u64 produced;

	if (now)
		return BPF_RB_FORCE_WAKEUP;
	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < ring_mark)
		return BPF_RB_NO_WAKEUP;
	produced = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);
	if (produced - woken_at < ring_mark)
		return BPF_RB_NO_WAKEUP;
	woken_at = produced;
	return BPF_RB_FORCE_WAKEUP;
}

/*
 * NULL if the ring is full: the caller tests that once, and counts it with lose_record. Kernels
 * before 6.3 do not accept a second test of the same record, and refuse the program.
 */
static __always_inline void *reserve_record(__u64 bytes)
{
	return bpf_ringbuf_reserve(&ring, bytes, 0);
}

static __always_inline int lose_record(void)
{
	__sync_fetch_and_add(&losses.events, 1);
	return 0;
}

static __always_inline void fill_head(struct pw_record *head, __u32 type, __u32 slot)
{
	__u64 ids = current_ids();

	head->type = type;
	head->slot = slot;
	head->time_ns = bpf_ktime_get_ns();
	head->pid = ids >> 32;
	head->tid = ids;
}

#endif
