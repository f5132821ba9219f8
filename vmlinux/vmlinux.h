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

typedef struct {
	long counter;
} atomic_long_t;

struct mm_struct {
	unsigned long brk;
	atomic_long_t hugetlb_usage;
};

struct files_struct;

struct task_struct {
	struct mm_struct *mm;
	struct files_struct *files;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

struct address_space {
	struct rb_root_cached i_mmap;
};

struct super_block {
	unsigned int s_dev;
	unsigned char s_blocksize_bits;
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	long long i_size;
};

struct file {
	struct inode *f_inode;
	struct address_space *f_mapping;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
	struct {
		struct rb_node rb;
	} shared;
};

struct vma_remap_struct { /* of kernels whose mremap moves several mappings */
	unsigned long addr;
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
