/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How far MADV_DONTNEED got that failed: mapping by mapping, over holes, up to the first that it
 * refuses (mm/madvise.c: madvise_walk_vmas, madvise_dontneed_free_valid_vma).
 */
#ifndef REFUSAL_BPF_H
#define REFUSAL_BPF_H

/* include/linux/mm.h */
#define VM_PFNMAP 0x400
#define VM_LOCKED 0x2000
#define VM_HUGETLB 0x400000

#define MADV_DONTNEED 4
#define MADV_DONTNEED_LOCKED 24
#define EINVAL 22
#define ENOENT 2

#define REFUSAL_STEPS 4000u /* mappings, and pages of holes */

struct refusal {
	__u64 at, end;
	__u64 refused; /* vm_flags */
	bool found;
};

static long look_at_vma(struct task_struct *task, struct vm_area_struct *vma,
			struct refusal *refusal)
{
	/* Of huge pages it refuses an address within one, too. */
	if (vma->vm_flags & VM_HUGETLB)
		refusal->end = 0;
	else if (vma->vm_flags & refusal->refused)
		refusal->found = true;
	else
		refusal->at = vma->vm_end;
	return 0;
}

static long look_for_refusal(__u32 step, struct refusal *refusal)
{
	long err = bpf_find_vma(bpf_get_current_task_btf(), refusal->at, look_at_vma, refusal, 0);

	if (err == -ENOENT)
		refusal->at += 1ull << page_shift;
	else if (err)
		return 1;
	return refusal->found || refusal->at >= refusal->end;
}

struct advice {
	__u64 start, bytes;
	__u32 advice;
};

/* A thread that leaves a system call still has its arguments in its registers. */
#ifdef __TARGET_ARCH_x86
struct pt_regs___kernel {
	unsigned long di, si, dx;
} __attribute__((preserve_access_index));

static __always_inline void read_advice(const struct pt_regs___kernel *regs, struct advice *ret)
{
	*ret = (struct advice){ regs->di, regs->si, regs->dx };
}
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs___kernel {
	unsigned long regs[31], orig_x0;
} __attribute__((preserve_access_index));

static __always_inline void read_advice(const struct pt_regs___kernel *regs, struct advice *ret)
{
	*ret = (struct advice){ regs->orig_x0, regs->regs[1], regs->regs[2] };
}
#else
struct pt_regs___kernel;

static __always_inline void read_advice(const struct pt_regs___kernel *regs, struct advice *ret)
{
	*ret = (struct advice){ 0 };
}
#endif

/* The address from on which an madvise that returned result dropped nothing; 0: it is not known. */
static __noinline __u64 refused_at(long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct refusal refusal = {};
	struct advice call;

	if (result != -EINVAL)
		return 0;
	read_advice((const struct pt_regs___kernel *)bpf_task_pt_regs(task), &call);
	if (call.advice != MADV_DONTNEED && call.advice != MADV_DONTNEED_LOCKED)
		return 0;
	/* Refused before anything was looked at. */
	if (call.start != page_down(call.start))
		return call.start;
	refusal.at = call.start;
	refusal.end = call.start + page_up(call.bytes);
	refusal.refused = call.advice == MADV_DONTNEED ? VM_PFNMAP | VM_LOCKED : VM_PFNMAP;
	bpf_loop(REFUSAL_STEPS, look_for_refusal, &refusal, 0);
	return refusal.found ? refusal.at : 0;
}

#endif
