/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where the mapping calls are seen. One program for the entries of all calls and one for their exits:
 * the verifier spends most time on the walk, and attaching must be quick. User space loads one pair.
 */
#ifndef HOOKS_BPF_H
#define HOOKS_BPF_H

/* Classic tracepoints: the kernel runs the program only for the calls that it is attached to. */
SEC("tracepoint/syscalls/sys_enter_munmap")
int enter_call(struct syscall_enter *ctx)
{
	unsigned long args[6];
	int number = ctx->number;
	__u32 slot = current_slot();

	/*
	 * Not ctx->args[i]: a program cannot be attached to a call with fewer arguments than it
	 * reads (kernel/events/core.c, max_ctx_offset). The block always has room for six.
	 */
	if (slot == PW_NO_SLOT || bpf_probe_read_kernel(args, sizeof(args), ctx->args))
		return 0;
	enter_numbered(number, args, slot);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_munmap")
int exit_call(struct syscall_exit *ctx)
{
	__u32 slot = current_slot();

	if (slot != PW_NO_SLOT)
		exit_numbered(ctx->number, ctx->result, slot);
	return 0;
}

/* Those of 32-bit programs have other numbers; classic tracepoints leave them out as well. */
static __always_inline bool is_mapping_call(unsigned long number)
{
	return number < PW_CALL_NUMBERS && call_bits[number / 64] >> (number % 64) & 1 &&
	       !call_is_compat();
}

/* The tracepoints of all system calls, which need no perf event. */
SEC("kernel_tp/sys_enter")
int BPF_PROG(enter_any, const struct pt_regs___kernel *regs, long number)
{
	unsigned long args[6];
	__u32 slot;

	if (!is_mapping_call(number))
		return 0;
	slot = current_slot();
	if (slot == PW_NO_SLOT)
		return 0;
	call_arguments(regs, args);
	enter_numbered(number, args, slot);
	return 0;
}

SEC("kernel_tp/sys_exit")
int BPF_PROG(exit_any, const struct pt_regs___kernel *regs, long result)
{
	long number = call_number(regs);
	__u32 slot;

	if (!is_mapping_call(number))
		return 0;
	slot = current_slot();
	if (slot != PW_NO_SLOT)
		exit_numbered(number, result, slot);
	return 0;
}

#endif
