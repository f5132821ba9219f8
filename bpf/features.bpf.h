/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Helpers that a kernel may lack. Whoever calls one does without it, and counts a loss where a count
 * can then be wrong. The verifier knows the constants, and does not look at code that cannot run.
 */
#ifndef FEATURES_BPF_H
#define FEATURES_BPF_H

#define EOPNOTSUPP 95

const volatile __u32 missing_features = 0; /* bits, by enum pw_feature */

static __always_inline bool kernel_lacks(enum pw_feature feature)
{
	return missing_features >> feature & 1;
}

/* As bpf_find_vma for the current task; -EOPNOTSUPP: this kernel has none. */
static __always_inline long find_vma(__u64 address, void *visit, void *ctx)
{
	if (kernel_lacks(PW_FEATURE_FIND_VMA))
		return -EOPNOTSUPP;
	return bpf_find_vma(bpf_get_current_task_btf(), address, visit, ctx, 0);
}

#endif
