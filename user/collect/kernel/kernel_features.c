/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of features. */
#include "collect/kernel/kernel_features.h"

#include <linux/bpf.h>
#include <sys/syscall.h>

#include "base/test_point.h"

#define LIVES "ends of lives"
#define UNSEEN "this kernel does not trace "

static const struct kernel_feature_row rows[KERNEL_FEATURES] = {
	[FEATURE_FIND_VMA] = {
		.name = "bpf_find_vma", .need = NEEDS_HELPER, .id = BPF_FUNC_find_vma,
		.needed_for = "sizes of shmat and shmdt, and of hugetlb pages",
		.without = "this kernel has no bpf_find_vma: shmat, shmdt, io_destroy and calls on "
			   "hugetlb pages are counted as losses",
	},
	[FEATURE_TASK_PT_REGS] = {
		.name = "bpf_task_pt_regs", .need = NEEDS_HELPER, .id = BPF_FUNC_task_pt_regs,
		.needed_for = "how far a refused MADV_DONTNEED or mremap got",
		.without = "this kernel has no bpf_task_pt_regs: how far a refused MADV_DONTNEED or "
			   "mremap got is unknown",
	},
	[FEATURE_FOR_EACH] = {
		.name = "bpf_for_each_map_elem", .need = NEEDS_HELPER,
		.id = BPF_FUNC_for_each_map_elem,
		.needed_for = "heap blocks that a child inherits",
		.without = "this kernel has no bpf_for_each_map_elem: heap blocks from before a fork "
			   "are not known in the child",
		.of_children = true, .of_heap = true,
	},
	[FEATURE_TASK_STORAGE] = {
		.name = "task storage", .need = NEEDS_MAP, .id = BPF_MAP_TYPE_TASK_STORAGE,
		.needed_for = "children by vfork, where an exec is not announced",
		.without = "this kernel has no task storage: children by vfork may not be followed",
		.of_children = true,
	},
	[FEATURE_PREPARE_EXEC] = {
		.name = "sched/sched_prepare_exec", .need = NEEDS_TRACEPOINT,
		.needed_for = "the first faults after an exec",
		.without = "this kernel does not announce an exec: the kernel's own first faults in "
			   "the image of a child by vfork are not counted",
		.of_children = true,
	},
	[FEATURE_COLLAPSE] = {
		.name = "huge_memory/mm_collapse_huge_page", .need = NEEDS_TRACEPOINT,
		.needed_for = "huge pages made by khugepaged",
		.without = UNSEEN "khugepaged: how many huge pages it made is unknown",
	},
	[FEATURE_CALLS + PW_CALL_MMAP] = {
		.name = "mmap", .need = NEEDS_CALL, .id = SYS_mmap, .needed_for = LIVES,
		.without = UNSEEN "mmap: mappings and the lives that it replaces are not seen",
	},
	[FEATURE_CALLS + PW_CALL_MUNMAP] = {
		.name = "munmap", .need = NEEDS_CALL, .id = SYS_munmap, .needed_for = LIVES,
		.without = UNSEEN "munmap: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_MREMAP] = {
		.name = "mremap", .need = NEEDS_CALL, .id = SYS_mremap, .needed_for = LIVES,
		.without = UNSEEN "mremap: the lives that it moves or ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_BRK] = {
		.name = "brk", .need = NEEDS_CALL, .id = SYS_brk, .needed_for = LIVES,
		.without = UNSEEN "brk: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_MADVISE] = {
		.name = "madvise", .need = NEEDS_CALL, .id = SYS_madvise, .needed_for = LIVES,
		.without = UNSEEN "madvise: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_PROCESS_MADVISE] = {
		.name = "process_madvise", .need = NEEDS_CALL, .id = SYS_process_madvise,
		.needed_for = LIVES,
		.without = UNSEEN "process_madvise: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_SHMAT] = {
		.name = "shmat", .need = NEEDS_CALL, .id = SYS_shmat, .needed_for = LIVES,
		.without = UNSEEN "shmat: the lives that it replaces are not seen",
	},
	[FEATURE_CALLS + PW_CALL_SHMDT] = {
		.name = "shmdt", .need = NEEDS_CALL, .id = SYS_shmdt, .needed_for = LIVES,
		.without = UNSEEN "shmdt: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_FALLOCATE] = {
		.name = "fallocate", .need = NEEDS_CALL, .id = SYS_fallocate, .needed_for = LIVES,
		.without = UNSEEN "fallocate: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_FTRUNCATE] = {
		.name = "ftruncate", .need = NEEDS_CALL, .id = SYS_ftruncate, .needed_for = LIVES,
		.without = UNSEEN "ftruncate: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_REMAP_FILE_PAGES] = {
		.name = "remap_file_pages", .need = NEEDS_CALL, .id = SYS_remap_file_pages,
		.needed_for = LIVES,
		.without = UNSEEN "remap_file_pages: the lives that it ends are not seen",
	},
	[FEATURE_CALLS + PW_CALL_IO_DESTROY] = {
		.name = "io_destroy", .need = NEEDS_CALL, .id = SYS_io_destroy, .needed_for = LIVES,
		.without = UNSEEN "io_destroy: the lives that it ends are not seen",
	},
};

const struct kernel_feature_row *kernel_feature(enum kernel_feature feature)
{
	return &rows[feature];
}

struct kernel_features kernel_features__find(bool (*lacks)(void *ctx,
							   const struct kernel_feature_row *row),
					     void *ctx)
{
	struct kernel_features found = { 0 };
	unsigned int i;

	for (i = 0; i < KERNEL_FEATURES; i++) {
		if (test_point_hides(rows[i].name) || lacks(ctx, &rows[i]))
			found.bits |= 1u << i;
	}
	return found;
}

uint64_t kernel_features__calls(const struct kernel_features *set)
{
	return (uint64_t)__builtin_popcount(set->bits >> FEATURE_CALLS);
}

size_t kernel_features__say(const struct kernel_features *missing, bool children, bool heap,
			    const char *ret[KERNEL_FEATURES])
{
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < KERNEL_FEATURES; i++) {
		if (missing->bits >> i & 1 && (children || !rows[i].of_children) &&
		    (heap || !rows[i].of_heap))
			ret[count++] = rows[i].without;
	}
	return count;
}
