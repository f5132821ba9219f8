/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Address spaces that come and go: fork, exec, exit, and existing ones. */
#ifndef PROCESSES_BPF_H
#define PROCESSES_BPF_H

/* mm/khugepaged.c, enum scan_result */
#define SCAN_SUCCEED 1

__u32 seed_pid;	 /* in: the process to look for */
__u32 seed_slot; /* out: its slot, PW_NO_SLOT if there is no room */
__u32 seed_found;

/* Between the preparation of an exec and its end: pid -> the slot of the old image. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PW_MAX_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} execs SEC(".maps");

/*
 * Set for a task that runs in the memory of a watched process until it executes a program (vfork).
 * Its parent still uses that memory, so no exit_mmap reports the exec. The entry is freed with the
 * task.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} borrowers SEC(".maps");

static __noinline int send_process(__u32 type, __u32 slot, __u32 other_slot, __u32 other_pid)
{
	struct pw_process *record = reserve_record(sizeof(*record));

	if (!record) {
		/* User space does not learn of the process, or of the new image. */
		if (type != PW_COLLAPSE)
			__sync_fetch_and_add(&losses.children, 1);
		return lose_record();
	}
	fill_head(&record->head, type, slot);
	record->other_slot = other_slot;
	record->other_pid = other_pid;
	/* A forked process begins with the name of the thread that forks it. */
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	bpf_ringbuf_submit(record, wakeup_flags(true));
	return 0;
}

static __always_inline void add_image(__u64 mm, __u32 pid, __u32 old_slot)
{
	if (add_mm(mm, pid) != PW_NO_SLOT && bpf_map_update_elem(&execs, &pid, &old_slot, BPF_ANY))
		__sync_fetch_and_add(&losses.children, 1);
}

/* The new image of the current process, whose old address space is in old_mm. */
static __always_inline void watch_image(__u64 old_mm, __u64 new_mm)
{
	__u32 pid = current_ids() >> 32, old_slot = slot_of(old_mm);

	/* A vfork child that is not followed leaves its parent's address space. */
	if (!follow_children && pid_of_slot(old_slot) != pid)
		old_slot = PW_NO_SLOT;
	if (old_slot == PW_NO_SLOT) {
		if (!bpf_map_lookup_elem(&next_exec, &pid))
			return;
		bpf_map_delete_elem(&next_exec, &pid);
	}
	add_image(new_mm, pid, old_slot);
}

/* The task's entry; NULL: it has none. */
static __always_inline __u32 *find_borrower(struct task_struct *task)
{
	return kernel_lacks(PW_FEATURE_TASK_STORAGE)
		       ? NULL
		       : bpf_task_storage_get(&borrowers, task, NULL, 0);
}

static __always_inline bool is_borrower(struct task_struct *task)
{
	__u32 *borrower = find_borrower(task);

	return borrower && *borrower;
}

/* A child in its parent's address space; its threads can also execute a program. */
static __always_inline void note_borrower(struct task_struct *parent, struct task_struct *child)
{
	__u32 *borrower;

	if (exec_is_announced || (child->tgid == parent->tgid && !is_borrower(parent)))
		return;
	if (kernel_lacks(PW_FEATURE_TASK_STORAGE)) {
		__sync_fetch_and_add(&losses.children, 1);
		return;
	}
	borrower = bpf_task_storage_get(&borrowers, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (borrower)
		*borrower = 1;
	else
		__sync_fetch_and_add(&losses.slots, 1);
}

/* The image that the process has left, PW_NO_SLOT: an unwatched one. */
static __always_inline __u32 image_of(__u32 pid)
{
	__u32 *slot = bpf_map_lookup_elem(&images, &pid);

	return slot && pid_of_slot(*slot) == pid ? *slot : PW_NO_SLOT;
}

/* The first sign of an exec, if the kernel does not announce it and no address space ended. */
static __always_inline void watch_unannounced(struct task_struct *task, __u64 mm)
{
	__u32 *borrower = find_borrower(task);
	__u32 pid = current_ids() >> 32, old_slot = image_of(pid);

	if (borrower && *borrower)
		*borrower = 0;
	else if (old_slot == PW_NO_SLOT) {
		watch_image(0, mm);
		return;
	}
	add_image(mm, pid, old_slot);
}

/*
 * Before the switch to the new address space (v6.10, fs/exec.c), so that the kernel's faults that
 * follow are counted.
 */
SEC("kernel_tp/sched_prepare_exec")
int BPF_PROG(prepare_exec, struct task_struct *task, struct linux_binprm *bprm)
{
	watch_image((__u64)BPF_CORE_READ(bpf_get_current_task_btf(), mm),
		    (__u64)BPF_CORE_READ(bprm, mm));
	return 0;
}

SEC("kernel_tp/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 pid = current_ids() >> 32, slot, old_slot;
	__u64 mm = (__u64)BPF_CORE_READ(bpf_get_current_task_btf(), mm);
	__u32 *old;

	if (!bpf_map_lookup_elem(&execs, &pid))
		watch_unannounced(bpf_get_current_task_btf(), mm);
	old = bpf_map_lookup_elem(&execs, &pid);
	if (!old)
		return 0;
	old_slot = *old;
	bpf_map_delete_elem(&execs, &pid);
	slot = slot_of(mm);
	if (slot != PW_NO_SLOT)
		send_process(PW_EXEC, slot, old_slot, pid);
	return 0;
}

/*
 * The record is reserved before the place is released. So if user space sees an ended slot and then
 * reads the ring to its end, it has read the record too.
 */
static __noinline int end_slot(__u32 slot)
{
	struct pw_process *record = reserve_record(sizeof(*record));

	if (!record) {
		leave_place(slot);
		return lose_record();
	}
	fill_head(&record->head, PW_MM_END, slot);
	record->other_slot = PW_NO_SLOT;
	record->other_pid = pid_of_slot(slot);
	record->comm[0] = '\0';
	/* User space waits for the end of the process, or hears of an exec. */
	if (leave_place(slot))
		bpf_ringbuf_submit(record, wakeup_flags(false));
	else
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("kernel_tp/exit_mmap")
int BPF_PROG(mm_end, struct mm_struct *mm)
{
	__u64 current_image = (__u64)BPF_CORE_READ(bpf_get_current_task_btf(), mm);
	__u32 slot = slot_of(number_of(mm)), pid = current_ids() >> 32;

	if (slot == PW_NO_SLOT)
		return 0;
	/* In an exec, on kernels that do not announce it, the new image is already current. */
	if (current_image && pid_of_slot(slot) == pid && !bpf_map_lookup_elem(&execs, &pid))
		watch_image(number_of(mm), current_image);
	return end_slot(slot);
}

SEC("kernel_tp/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	__u64 mm = (__u64)BPF_CORE_READ(child, mm), parent_mm;
	__u32 slot, child_slot, pid;

	parent_mm = (__u64)BPF_CORE_READ(parent, mm);
	if (!follow_children || !mm)
		return 0;
	slot = slot_of(parent_mm);
	if (slot == PW_NO_SLOT)
		return 0;
	if (mm == parent_mm) {
		note_borrower(parent, child);
		return 0;
	}
	pid = visible_tgid(child);
	child_slot = add_mm(mm, pid);
	if (child_slot != PW_NO_SLOT)
		send_process(PW_FORK, slot, child_slot, pid);
	return 0;
}

SEC("kernel_tp/mm_collapse_huge_page")
int BPF_PROG(collapse, struct mm_struct *mm, int isolated, int status)
{
	__u32 slot = status == SCAN_SUCCEED ? slot_of(number_of(mm)) : PW_NO_SLOT;

	if (slot != PW_NO_SLOT)
		send_process(PW_COLLAPSE, slot, PW_NO_SLOT, 0);
	return 0;
}

/* Walks all tasks, because a thread's mm outlives a leader that has exited. */
SEC("kernel_iter/task")
int seed(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 mm;

	if (!task || seed_found)
		return 0;
	mm = (__u64)BPF_CORE_READ(task, mm);
	if (!mm || visible_tgid(task) != seed_pid)
		return 0;
	seed_slot = add_mm(mm, seed_pid);
	seed_found = 1;
	return 0;
}

#endif
