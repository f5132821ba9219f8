/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The watched address spaces. A live one has a place in a hash of the kernel's pointers. A fault of
 * any other process costs one lookup of one place, which is nearly always empty.
 *
 * A slot is the number under which the counts of an address space are kept. The place is released
 * when the address space ends; the slot is freed when user space has read the counts. So the hash
 * holds only live ones, however often the kernel reuses the same few pointers.
 */
#ifndef TARGETS_BPF_H
#define TARGETS_BPF_H

/*
 * User space does not map it. But a mappable array begins at a page, so no place crosses a cache
 * line.
 */
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
	__type(value, struct pw_slot);
} slots SEC(".maps");

/* Slots that were freed: the n-th one is at n % slot_count. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024); /* user space sets it */
	__type(key, __u32);
	__type(value, __u32);
} free_slots SEC(".maps");

/* Under the lock. */
__u64 slots_taken;
__u64 slots_freed;

__u32 live_processes;

/* Processes whose next exec will be watched: pid (in our namespace) -> 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} next_exec SEC(".maps");

/*
 * Kernels that do not announce an exec only: pid -> the slot of its image, until that is freed. So
 * an exec is known even if it does not end the old memory: another process may go on in it, or read
 * it, and then be the one that ends it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PW_MAX_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} images SEC(".maps");

/*
 * By the low half only: the verifier allows no 64-bit arithmetic on a kernel pointer, and
 * converting it to a number first would cost a helper call in every fault.
 */
static __always_inline __u32 hash_mm(__u64 mm)
{
	return ((__u32)mm * 0x9e3779b1u) >> (32 - place_bits);
}

static __always_inline __u32 place_after(__u32 place)
{
	return (place + 1) & ((1u << place_bits) - 1);
}

static __always_inline struct pw_mm *find_mm(__u64 mm, __u32 *slot)
{
	__u32 place = hash_mm(mm);
	int i;

	for (i = 0; i < PW_MM_PROBES; i++) {
		struct pw_mm *entry = bpf_map_lookup_elem(&mms, &place);

		if (!entry || entry->mm == PW_MM_EMPTY)
			return NULL;
		if (entry->mm == mm) {
			*slot = entry->slot;
			return entry;
		}
		place = place_after(place);
	}
	return NULL;
}

/* On the path of each fault: no call, and the task's mm is read by one load. */
static __always_inline struct pw_mm *current_mm(__u32 *slot)
{
	__u64 mm = (__u64)bpf_get_current_task_btf()->mm;

	return mm ? find_mm(mm, slot) : NULL;
}

/*
 * The slot of an address space; PW_NO_SLOT: unwatched. If it ends meanwhile, another one may get
 * its place. Global: verified once.
 */
__noinline __u32 slot_of(__u64 mm)
{
	__u32 slot;
	struct pw_mm *entry = find_mm(mm, &slot);

	return entry && *(volatile __u64 *)&entry->mm == mm ? slot : PW_NO_SLOT;
}

/*
 * Off that path the mm is read by a helper: for a pointer in a task the verifier (since v6.2)
 * goes through all types of the kernel four times, a millisecond in all.
 */
static __always_inline __u32 current_slot(void)
{
	return slot_of((__u64)BPF_CORE_READ(bpf_get_current_task_btf(), mm));
}

/* A pointer as a number: the verifier lets no global function have a pointer for one. */
static __always_inline __u64 number_of(const void *pointer)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

struct mm_search {
	__u64 mm;
	__u32 place, found;
};

static long look_for_mm(__u32 step, struct mm_search *search)
{
	__u32 place = search->place;
	struct pw_mm *entry = bpf_map_lookup_elem(&mms, &place);

	if (!entry)
		return 1;
	search->place = place_after(place);
	if (entry->mm == search->mm || (search->found == PW_PLACE_NONE && entry->mm <= PW_MM_FREE))
		search->found = place;
	return entry->mm == search->mm || entry->mm == PW_MM_EMPTY;
}

/* The address space's place, or the first that it may take. Under the lock. */
static __always_inline __u32 place_for_mm(__u64 mm)
{
	struct mm_search search = { mm, hash_mm(mm), PW_PLACE_NONE };

	bpf_loop(PW_MM_PROBES, look_for_mm, &search, 0);
	return search.found;
}

/* Each slot once, then freed ones in order. Under the lock. */
static __always_inline __u32 take_number(void)
{
	__u64 taken = slots_taken;
	__u32 at = taken % slot_count, *freed;

	if (taken - slots_freed >= slot_count)
		return PW_NO_SLOT;
	freed = bpf_map_lookup_elem(&free_slots, &at);
	if (!freed)
		return PW_NO_SLOT;
	slots_taken = taken + 1;
	return taken < slot_count ? at : *freed;
}

static __always_inline __u32 take_slot(__u64 mm, __u32 pid)
{
	__u32 place = place_for_mm(mm), number;
	struct pw_mm *entry = bpf_map_lookup_elem(&mms, &place);
	struct pw_slot *slot;

	if (!entry)
		return PW_NO_SLOT;
	if (entry->mm == mm)
		return entry->slot;
	if (live_processes >= max_processes)
		return PW_NO_SLOT;
	number = take_number();
	slot = bpf_map_lookup_elem(&slots, &number);
	if (!slot)
		return PW_NO_SLOT;
	slot->pid = pid;
	slot->place = place;
	entry->slot = number;
	entry->unclosed = 0;
	__sync_fetch_and_add(&live_processes, 1);
	__sync_lock_test_and_set(&entry->mm, mm);
	return number;
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
	else if (!exec_is_announced && bpf_map_update_elem(&images, &pid, &slot, BPF_ANY))
		__sync_fetch_and_add(&losses.slots, 1);
	return slot;
}

static __always_inline void forget_image(__u32 pid, __u32 number)
{
	__u32 *image = bpf_map_lookup_elem(&images, &pid);

	if (image && *image == number)
		bpf_map_delete_elem(&images, &pid);
}

/* Free places before one that ends a probe end it too, so that no bystander has to read them. */
static __always_inline void empty_places(__u32 place)
{
	__u32 next = place_after(place);
	struct pw_mm *entry = bpf_map_lookup_elem(&mms, &next);
	int i;

	if (!entry || entry->mm != PW_MM_EMPTY)
		return;
	for (i = 0; i < PW_MM_PROBES; i++) {
		entry = bpf_map_lookup_elem(&mms, &place);
		if (!entry || entry->mm != PW_MM_FREE)
			break;
		entry->mm = PW_MM_EMPTY;
		place = (place - 1) & ((1u << place_bits) - 1);
	}
}

/*
 * Releases the place of a slot, if it has one (PW_DONE). If the lock cannot be taken, the place
 * does not end a probe until one near it is released. Verified once.
 */
__noinline int leave_place(__u32 number)
{
	struct pw_slot *slot = bpf_map_lookup_elem(&slots, &number);
	struct pw_mm *entry;
	__u32 place;
	int held;

	if (!slot || slot->place >= PW_PLACE_UNUSED)
		return 0;
	held = lock_gib(TARGETS_LOCK);
	place = __sync_lock_test_and_set(&slot->place, PW_PLACE_NONE);
	entry = bpf_map_lookup_elem(&mms, &place);
	if (entry) {
		entry->mm = PW_MM_FREE;
		__sync_fetch_and_add(&live_processes, -1);
		if (held)
			empty_places(place);
	}
	if (held)
		unlock_gib(TARGETS_LOCK);
	return entry ? PW_DONE : 0;
}

__u32 asked_slot; /* in: for programs that user space runs */

/* User space stops watching an address space that may be live. */
SEC("raw_tp")
int leave_slot(void *ctx)
{
	return leave_place(asked_slot);
}

/* User space has read the counts: the slot may be reused. */
SEC("raw_tp")
int free_slot(void *ctx)
{
	__u32 number = asked_slot, at, *freed;
	struct pw_slot *slot = bpf_map_lookup_elem(&slots, &number);

	if (!slot)
		return 0;
	if (!lock_gib(TARGETS_LOCK))
		return PW_AGAIN;
	at = slots_freed % slot_count;
	freed = bpf_map_lookup_elem(&free_slots, &at);
	if (freed && slot->place == PW_PLACE_NONE) {
		if (!exec_is_announced)
			forget_image(slot->pid, number);
		slot->place = PW_PLACE_UNUSED;
		*freed = number;
		slots_freed++;
	}
	unlock_gib(TARGETS_LOCK);
	return 0;
}

/*
 * Changes the number of ranges of a slot that wait for user space, if the slot is live: an ended
 * one has no more touches. 0, or PW_AGAIN: the lock could not be taken. Verified once.
 */
__noinline int count_unclosed(__u32 number, __u32 more)
{
	struct pw_slot *slot = bpf_map_lookup_elem(&slots, &number);
	struct pw_mm *entry;
	__u32 place;

	if (!slot)
		return 0;
	if (!lock_gib(TARGETS_LOCK))
		return PW_AGAIN;
	place = slot->place;
	entry = bpf_map_lookup_elem(&mms, &place);
	if (entry && entry->slot == number)
		entry->unclosed += more;
	unlock_gib(TARGETS_LOCK);
	return 0;
}

/* The process that began the address space. */
static __always_inline __u32 pid_of_slot(__u32 number)
{
	struct pw_slot *slot = bpf_map_lookup_elem(&slots, &number);

	return slot ? slot->pid : 0;
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
