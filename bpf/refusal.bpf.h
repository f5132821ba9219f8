/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How far a failed call got. MADV_DONTNEED goes mapping by mapping, over holes, up to the first
 * that it refuses (mm/madvise.c: madvise_walk_vmas, madvise_dontneed_free_valid_vma). mremap to a
 * fixed address also goes mapping by mapping (since v6.17, mm/mremap.c: remap_move).
 */
#ifndef REFUSAL_BPF_H
#define REFUSAL_BPF_H

/* include/linux/mm.h */
#define VM_PFNMAP 0x400
#define VM_LOCKED 0x2000

#define MADV_DONTNEED 4
#define MADV_DONTNEED_LOCKED 24
#define EINVAL 22

/* include/uapi/linux/mman.h */
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#define MREMAP_DONTUNMAP 4

#define ENOENT 2

struct refusal {
	__u64 at, end;
	__u64 refused; /* vm_flags */
	bool found;
};

static long look_at_vma(struct task_struct *task, struct vm_area_struct *vma,
			struct refusal *refusal)
{
	__u32 shift = 0;

	look_at_pool(task, vma, &shift);
	/* For hugetlb it refuses an address within a page, and nothing else. */
	if (shift ? refusal->at != round_down_to(refusal->at, shift)
		  : !!(vma->vm_flags & refusal->refused))
		refusal->found = true;
	else
		refusal->at = vma->vm_end;
	return 0;
}

static long look_for_refusal(__u32 step, struct refusal *refusal)
{
	long err = find_vma(refusal->at, look_at_vma, refusal);

	if (err == -ENOENT)
		refusal->at += 1ull << page_shift;
	else if (err)
		return 1;
	return refusal->found || refusal->at >= refusal->end;
}

struct leaving { /* the arguments of the call that a thread leaves; all ones: unknown */
	unsigned long args[6];
};

/* Of the current thread, which still has them in its registers. */
static __always_inline void read_left_call(struct leaving *ret)
{
	if (kernel_lacks(PW_FEATURE_TASK_PT_REGS))
		__builtin_memset(ret, 0xff, sizeof(*ret));
	else
		call_arguments((const struct pt_regs___kernel *)bpf_task_pt_regs(
				       bpf_get_current_task_btf()),
			       ret->args);
}

/* The address from which on an madvise that returned result dropped nothing; 0: unknown. */
static __noinline __u64 refused_at(long result)
{
	struct refusal refusal = {};
	struct leaving call;
	__u64 start;
	__u32 advice;

	if (result != -EINVAL)
		return 0;
	read_left_call(&call);
	start = call.args[0];
	advice = call.args[2];
	if (advice != MADV_DONTNEED && advice != MADV_DONTNEED_LOCKED)
		return 0;
	/* Refused before anything was examined. */
	if (start != page_down(start))
		return start;
	refusal.at = start;
	refusal.end = start + page_up(call.args[1]);
	refusal.refused = advice == MADV_DONTNEED ? VM_PFNMAP | VM_LOCKED : VM_PFNMAP;
	bpf_loop(limits[PW_LIMIT_REFUSAL_STEPS], look_for_refusal, &refusal, 0);
	return refusal.found ? refusal.at : 0;
}

static long look_at_left(struct task_struct *task, struct vm_area_struct *vma,
			 struct refusal *refusal)
{
	return 0;
}

static long look_for_left(__u32 step, struct refusal *refusal)
{
	long err = find_vma(refusal->at, look_at_left, refusal);

	refusal->found = !err;
	if (err != -ENOENT)
		return 1;
	refusal->at += 1ull << page_shift;
	return refusal->at >= refusal->end;
}

/*
 * After a failed mremap to a fixed address, the first address in its old range that still has a
 * mapping: everything before it was moved. 0: unknown.
 */
static __noinline __u64 moved_until(long result)
{
	struct refusal left = {};
	struct leaving call;

	if (result >= 0 || result < -MAX_ERRNO)
		return 0;
	read_left_call(&call);
	/* With MREMAP_DONTUNMAP the old mappings stay, whatever was moved. */
	if (!(call.args[3] & MREMAP_FIXED) || call.args[3] & MREMAP_DONTUNMAP)
		return 0;
	left.at = call.args[0];
	left.end = left.at + page_up(call.args[1]);
	/* If nothing has arrived, that is clear at once, however long the moved hole. */
	if (find_vma(call.args[4], look_at_left, &left) == -ENOENT)
		return left.at;
	bpf_loop(limits[PW_LIMIT_MOVED_STEPS], look_for_left, &left, 0);
	return left.found ? left.at : 0;
}

#endif
