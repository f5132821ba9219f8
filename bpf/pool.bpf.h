/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * hugetlb pages: the kernel rounds ranges to whole pages, each call in its own way. Their file
 * system has blocks of that size.
 */
#ifndef POOL_BPF_H
#define POOL_BPF_H

/* include/uapi/linux/magic.h */
#define HUGETLBFS_MAGIC 0x958458f6u

#define VM_HUGETLB 0x400000 /* include/linux/mm.h */

/* include/uapi/asm-generic/mman-common.h, hugetlb_encode.h */
#define MAP_ANONYMOUS 0x20
#define MAP_HUGETLB 0x40000
#define MAP_HUGE_SHIFT 26
#define MAP_HUGE_MASK 0x3f

/* The smallest multiple of 1 << shift not below address, and the largest not above it. */
static __always_inline __u64 round_up_to(__u64 address, __u32 shift)
{
	return (address + (1ull << (shift & 63)) - 1) >> (shift & 63) << (shift & 63);
}

static __always_inline __u64 round_down_to(__u64 address, __u32 shift)
{
	return address >> (shift & 63) << (shift & 63);
}

/* The file of a descriptor of the current process; NULL: none. */
static __always_inline struct file *file_of(__u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(bpf_get_current_task_btf(), files, fdt);
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;

	if (fd >= BPF_CORE_READ(fdt, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd))
		return NULL;
	return file;
}

/* The page size of a hugetlb file, as a shift; 0: another file. */
static __always_inline __u32 pool_shift_of(struct file *file)
{
	struct super_block *super = BPF_CORE_READ(file, f_inode, i_sb);

	if (!super || BPF_CORE_READ(super, s_magic) != HUGETLBFS_MAGIC)
		return 0;
	return BPF_CORE_READ(super, s_blocksize_bits);
}

static long look_at_pool(struct task_struct *task, struct vm_area_struct *vma, __u32 *shift)
{
	if (vma->vm_flags & VM_HUGETLB)
		*shift = BPF_CORE_READ(vma, vm_file, f_inode, i_sb, s_blocksize_bits);
	return 0;
}

/* The same for the mapping at an address; 0: not hugetlb. Global: verified once. */
__noinline int pool_shift_at(__u64 address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 shift = 0;

	if (!bpf_core_field_exists(struct mm_struct, hugetlb_usage) ||
	    !BPF_CORE_READ(task, mm, hugetlb_usage.counter))
		return 0;
	if (find_vma(address, look_at_pool, &shift) == -EOPNOTSUPP)
		lose_record();
	return shift;
}

/*
 * mmap(2) rounds the length of a hugetlb mapping up (mm/mmap.c, ksys_mmap_pgoff). Global: verified
 * once.
 */
__noinline __u64 mmap_bytes(__u64 bytes, __u32 flags, __u32 fd)
{
	__u32 shift = 0;

	if (!(flags & MAP_ANONYMOUS))
		shift = pool_shift_of(file_of(fd));
	else if (flags & MAP_HUGETLB)
		shift = (flags >> MAP_HUGE_SHIFT) & MAP_HUGE_MASK ?: pool_shift;
	return round_up_to(bytes, shift ?: page_shift);
}

#endif
