/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The few kernel types that the programs touch, written by hand; CO-RE
 * relocates every field, so that this is the same on all kernels and machines.
 */
#ifndef VMLINUX_H
#define VMLINUX_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct mm_struct {
	unsigned long brk;
};

struct task_struct {
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
};

struct linux_binprm {
	struct mm_struct *mm;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/*
 * kernel/trace/trace_syscalls.c, struct syscall_tp_t: the block of sys_enter_* and
 * sys_exit_*. What follows the number is not initialised.
 */
struct syscall_enter {
	unsigned long long common;
	int number;
	int padding;
	unsigned long args[6];
};

struct syscall_exit {
	unsigned long long common;
	int number;
	int padding;
	long result;
};

#endif
