/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Page faults: two backends, one accounting.
 */
#ifndef FAULTS_BPF_H
#define FAULTS_BPF_H

#include <linux/bpf_perf_event.h>

/* arch/x86/include/asm/trap_pf.h: bit 1 of the error code is a write. */
#define FAULT_WRITE 2

/*
 * A BPF program that reads user memory causes faults like any other code; those are ours. In a
 * system call the program is not preempted (perf_syscall_enter() in kernel/trace/trace_syscalls.c),
 * so any fault on this CPU meanwhile comes from the read.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} reading SEC(".maps");

static __always_inline void set_reading(__u32 on)
{
	__u32 zero = 0, *value = bpf_map_lookup_elem(&reading, &zero);

	if (value)
		*value = on;
}

/*
 * A uprobe's program is preempted like its thread (since v6.0, 8c7dcb84e3b7, it runs under
 * rcu_read_lock_trace() only): others may fault on its CPU meanwhile. So the thread marks itself,
 * and only with --heap.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 14);
	__type(key, __u32); /* thread */
	__type(value, __u32);
} reading_threads SEC(".maps");

static __always_inline bool is_reading(void)
{
	__u32 zero = 0, *value = bpf_map_lookup_elem(&reading, &zero), tid;

	if (value && *value)
		return true;
	if (!heap_min_bytes)
		return false;
	tid = bpf_get_current_pid_tgid();
	return bpf_map_lookup_elem(&reading_threads, &tid);
}

/* 0 or -errno; then *ret is 0. */
static __always_inline long read_from_uprobe(__u64 address, __u64 *ret)
{
	__u32 tid = bpf_get_current_pid_tgid();
	long err = bpf_map_update_elem(&reading_threads, &tid, &tid, BPF_ANY);

	*ret = 0;
	if (err)
		return err;
	err = bpf_probe_read_user(ret, sizeof(*ret), (void *)address);
	bpf_map_delete_elem(&reading_threads, &tid);
	return err;
}

/* User addresses are the lower half on every machine we know. */
static __always_inline bool is_user(__u64 address)
{
	return !(address >> 63);
}

SEC("kernel_tp/page_fault_user")
int BPF_PROG(fault_user, unsigned long address, void *regs, unsigned long error_code)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(address))
		return 0;
	touch_page(mm, slot, address, error_code & FAULT_WRITE ? TOUCH_WRITE : 0);
	return 0;
}

SEC("kernel_tp/page_fault_kernel")
int BPF_PROG(fault_kernel, unsigned long address, void *regs, unsigned long error_code)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(address) || is_reading())
		return 0;
	touch_page(mm, slot, address, TOUCH_KERNEL | (error_code & FAULT_WRITE ? TOUCH_WRITE : 0));
	return 0;
}

/* The event does not say whether the fault was a read or a write, nor where it was taken. */
SEC("perf_event")
int fault_perf(struct bpf_perf_event_data *ctx)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(ctx->addr) || is_reading())
		return 0;
	touch_page(mm, slot, ctx->addr, TOUCH_WRITE);
	return 0;
}

#endif
