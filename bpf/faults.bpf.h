/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Page faults: two backends, one accounting.
 */
#ifndef FAULTS_BPF_H
#define FAULTS_BPF_H

#include <linux/bpf_perf_event.h>

/* arch/x86/include/asm/trap_pf.h: bit 1 of the error code is a write. */
#define FAULT_WRITE 2

/* Reading user memory from a program faults like anything else; such faults are ours. */
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

static __always_inline bool is_reading(void)
{
	__u32 zero = 0, *value = bpf_map_lookup_elem(&reading, &zero);

	return value && *value;
}

/* User addresses are the lower half on every machine we know. */
static __always_inline bool is_user(__u64 address)
{
	return !(address >> 63);
}

SEC("tp_btf/page_fault_user")
int BPF_PROG(fault_user, unsigned long address, void *regs, unsigned long error_code)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(address))
		return 0;
	__sync_fetch_and_add(&mm->user_faults, 1);
	touch_page(slot, address, error_code & FAULT_WRITE);
	return 0;
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(fault_kernel, unsigned long address, void *regs, unsigned long error_code)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(address) || is_reading())
		return 0;
	__sync_fetch_and_add(&mm->kernel_faults, 1);
	touch_page(slot, address, error_code & FAULT_WRITE);
	return 0;
}

/* The event does not tell a read from a write, nor where the fault was taken. */
SEC("perf_event")
int fault_perf(struct bpf_perf_event_data *ctx)
{
	__u32 slot;
	struct pw_mm *mm = current_mm(&slot);

	if (!mm || !is_user(ctx->addr) || is_reading())
		return 0;
	__sync_fetch_and_add(&mm->user_faults, 1);
	touch_page(slot, ctx->addr, true);
	return 0;
}

#endif
