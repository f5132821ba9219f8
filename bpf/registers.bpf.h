/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A system call in the registers of its thread: its number, and its arguments until it has returned. */
#ifndef REGISTERS_BPF_H
#define REGISTERS_BPF_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#ifdef __TARGET_ARCH_x86
/* arch/x86/include/asm/thread_info.h: the call is one of a 32-bit program. */
#define TS_COMPAT 2

struct pt_regs___kernel {
	unsigned long di, si, dx, r10, r8, r9, orig_ax;
};

struct thread_info___kernel {
	__u32 status;
};
#elif defined(__TARGET_ARCH_arm64)
/* arch/arm64/include/asm/thread_info.h */
#define TIF_32BIT 22

struct pt_regs___kernel {
	unsigned long regs[31], orig_x0;
	int syscallno;
};

struct thread_info___kernel {
	unsigned long flags;
};
#else
struct pt_regs___kernel;
struct thread_info___kernel {
};
#endif

struct task_struct___kernel {
	struct thread_info___kernel thread_info;
};

#pragma clang attribute pop

/* Its number; -1: unknown on this machine. */
static __always_inline long call_number(const struct pt_regs___kernel *regs)
{
#ifdef __TARGET_ARCH_x86
	return regs->orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	return regs->syscallno;
#else
	return -1;
#endif
}

/* All ones: unknown on this machine. */
static __always_inline void call_arguments(const struct pt_regs___kernel *regs,
					   unsigned long args[6])
{
#ifdef __TARGET_ARCH_x86
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
#elif defined(__TARGET_ARCH_arm64)
	args[0] = regs->orig_x0;
	args[1] = regs->regs[1];
	args[2] = regs->regs[2];
	args[3] = regs->regs[3];
	args[4] = regs->regs[4];
	args[5] = regs->regs[5];
#else
	__builtin_memset(args, 0xff, 6 * sizeof(args[0]));
#endif
}

/* Whether the current call has the numbers and arguments of a 32-bit program. */
static __always_inline bool call_is_compat(void)
{
	struct task_struct___kernel *task = (void *)bpf_get_current_task_btf();

#ifdef __TARGET_ARCH_x86
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
#elif defined(__TARGET_ARCH_arm64)
	return BPF_CORE_READ(task, thread_info.flags) >> TIF_32BIT & 1;
#else
	return false;
#endif
}

#endif
