/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The watched address spaces. A fault of any other process costs one look at one
 * slot, which is nearly always empty.
 */
#ifndef TARGETS_BPF_H
#define TARGETS_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PW_MAX_SLOTS);
	__type(key, __u32);
	__type(value, struct pw_mm);
} mms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PW_MAX_SLOTS);
	__type(key, __u32);
	__type(value, struct pw_totals);
} totals SEC(".maps");

/* Processes whose next exec is to be watched: pid (in our namespace) -> 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} next_exec SEC(".maps");

/*
 * By the low half only: the verifier allows no 64-bit arithmetic on a kernel pointer, and
 * turning it into a number first would cost a helper call in every fault.
 */
static __always_inline __u32 hash_mm(__u64 mm)
{
	return ((__u32)mm * 0x9e3779b1u) >> (32 - PW_SLOT_BITS);
}

static __always_inline struct pw_mm *find_mm(__u64 mm, __u32 *slot)
{
	__u32 index = hash_mm(mm);
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);

		if (!entry || entry->mm == PW_MM_EMPTY)
			return NULL;
		if (entry->mm == mm) {
			*slot = index;
			return entry;
		}
		index = (index + 1) & (PW_MAX_SLOTS - 1);
	}
	return NULL;
}

static __always_inline struct pw_mm *current_mm(__u32 *slot)
{
	__u64 mm = (__u64)bpf_get_current_task_btf()->mm;

	return mm ? find_mm(mm, slot) : NULL;
}

/* The slot of a new address space, or PW_NO_SLOT (a loss) when there is no room. */
static __noinline __u32 add_mm(__u64 mm, __u32 pid)
{
	__u32 index = hash_mm(mm);
	int i;

	for (i = 0; i < PW_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);
		__u64 old;

		if (!entry)
			break;
		old = entry->mm;
		if (old == mm)
			return index;
		if ((old == PW_MM_EMPTY || old == PW_MM_FREE) &&
		    __sync_val_compare_and_swap(&entry->mm, old, mm) == old) {
			entry->pid = pid;
			entry->unclosed = 0;
			return index;
		}
		index = (index + 1) & (PW_MAX_SLOTS - 1);
	}
	__sync_fetch_and_add(&losses.slots, 1);
	return PW_NO_SLOT;
}

/* A task's id in the pid namespace that pagewatch runs in; 0 where it is not visible there. */
static __noinline __u32 visible_pid(struct task_struct *task)
{
	struct pid *pid;
	__u32 level, i;

	if (!task)
		return 0;
	if (!pid_namespace)
		return BPF_CORE_READ(task, pid);
	pid = BPF_CORE_READ(task, thread_pid);
	level = BPF_CORE_READ(pid, level);
	for (i = 0; i < 32 && i <= level; i++) {
		struct upid upid;

		if (bpf_core_read(&upid, sizeof(upid), &pid->numbers[i]))
			return 0;
		if (BPF_CORE_READ(upid.ns, ns.inum) == pid_namespace)
			return upid.nr;
	}
	return 0;
}

static __always_inline __u32 visible_tgid(struct task_struct *task)
{
	return visible_pid(BPF_CORE_READ(task, group_leader));
}

#endif
