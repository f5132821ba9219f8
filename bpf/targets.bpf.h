/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The watched address spaces. A fault of any other process costs one lookup of one slot, which is
 * nearly always empty.
 */
#ifndef TARGETS_BPF_H
#define TARGETS_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* user space sets it */
	__type(key, __u32);
	__type(value, struct pw_mm);
} mms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* user space sets it */
	__type(key, __u32);
	__type(value, struct pw_totals);
} totals SEC(".maps");

/* Processes whose next exec will be watched: pid (in our namespace) -> 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} next_exec SEC(".maps");

/*
 * By the low half only: the verifier allows no 64-bit arithmetic on a kernel pointer, and
 * converting it to a number first would cost a helper call in every fault.
 */
static __always_inline __u32 hash_mm(__u64 mm)
{
	return ((__u32)mm * 0x9e3779b1u) >> (32 - slot_bits);
}

static __always_inline struct pw_mm *find_mm(__u64 mm, __u32 *slot)
{
	__u32 index = hash_mm(mm);
	int i;

	for (i = 0; i < PW_MM_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);

		if (!entry || entry->mm == PW_MM_EMPTY)
			return NULL;
		if (entry->mm == mm) {
			*slot = index;
			return entry;
		}
		index = (index + 1) & ((1u << slot_bits) - 1);
	}
	return NULL;
}

static __always_inline struct pw_mm *current_mm(__u32 *slot)
{
	__u64 mm = (__u64)bpf_get_current_task_btf()->mm;

	return mm ? find_mm(mm, slot) : NULL;
}

__u32 live_processes;

/* The address space's slot, or the first that it may take. Under the lock. */
static __always_inline __u32 place_for_mm(__u64 mm)
{
	__u32 index = hash_mm(mm), found = PW_NO_SLOT;
	int i;

	for (i = 0; i < PW_MM_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);

		if (!entry)
			break;
		if (entry->mm == mm)
			return index;
		if (found == PW_NO_SLOT && (entry->mm == PW_MM_EMPTY || entry->mm == PW_MM_FREE))
			found = index;
		if (entry->mm == PW_MM_EMPTY)
			break;
		index = (index + 1) & ((1u << slot_bits) - 1);
	}
	return found;
}

static __always_inline __u32 take_slot(__u64 mm, __u32 pid)
{
	__u32 index = place_for_mm(mm);
	struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);

	if (!entry || entry->mm == mm)
		return index;
	if (live_processes >= max_processes)
		return PW_NO_SLOT;
	entry->pid = pid;
	entry->unclosed = 0;
	__sync_fetch_and_add(&live_processes, 1);
	__sync_lock_test_and_set(&entry->mm, mm);
	return index;
}

/* The slot of a new address space, or PW_NO_SLOT (a loss) if there is no room. Verified once. */
__noinline __u32 add_mm(__u64 mm, __u32 pid)
{
	__u32 slot = PW_NO_SLOT;

	if (lock_gib(TARGETS_LOCK)) {
		slot = take_slot(mm, pid);
		unlock_gib(TARGETS_LOCK);
	}
	if (slot == PW_NO_SLOT)
		__sync_fetch_and_add(&losses.slots, 1);
	return slot;
}

__u32 freed_slot; /* in: of free_slot */

/* Free slots before one that ends a probe end it too, so that no bystander has to read them. */
static __always_inline void empty_slots(__u32 index)
{
	int i;

	for (i = 0; i < PW_MM_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index);

		if (!entry || entry->mm != PW_MM_FREE)
			break;
		entry->mm = PW_MM_EMPTY;
		index = (index - 1) & ((1u << slot_bits) - 1);
	}
}

/* Run by user space, which is finished with the slot. */
SEC("raw_tp")
int free_slot(void *ctx)
{
	__u32 index = freed_slot, next = (index + 1) & ((1u << slot_bits) - 1);
	struct pw_mm *entry = bpf_map_lookup_elem(&mms, &index), *after;

	if (!entry || !lock_gib(TARGETS_LOCK))
		return 0;
	entry->mm = PW_MM_FREE;
	after = bpf_map_lookup_elem(&mms, &next);
	if (after && after->mm == PW_MM_EMPTY)
		empty_slots(index);
	unlock_gib(TARGETS_LOCK);
	return 0;
}

/* A task's id in pagewatch's pid namespace; 0 if it is not visible there. */
static __always_inline __u32 look_up_pid(struct task_struct *task)
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

static __noinline __u32 visible_pid(struct task_struct *task)
{
	return look_up_pid(task);
}

static __always_inline __u32 visible_tgid(struct task_struct *task)
{
	return visible_pid(BPF_CORE_READ(task, group_leader));
}

/*
 * The current thread: its process's id, and its own in the low half. Global: verified once. It
 * calls nothing, because its deepest caller has no frame left.
 */
__noinline __u64 current_ids(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!pid_namespace)
		return bpf_get_current_pid_tgid();
	return (__u64)look_up_pid(BPF_CORE_READ(task, group_leader)) << 32 | look_up_pid(task);
}

#endif
