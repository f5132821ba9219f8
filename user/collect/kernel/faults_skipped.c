/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Runs of our programs that the kernel left out: it runs none while the same one is at work on that
 * CPU, preempted or interrupted (kernel/bpf/trampoline.c, kernel/trace/bpf_trace.c: recursion_misses,
 * v5.12). They may have been of a process that is not watched: nobody can tell.
 */
#include "collect/kernel/faults_priv.h"

uint64_t faults_skipped(const struct faults *faults)
{
	struct bpf_program *program;
	uint64_t skipped = 0;

	bpf_object__for_each_program(program, faults->skel->obj)
	{
		struct bpf_prog_info info = { 0 };
		uint32_t bytes = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &bytes))
			skipped += info.recursion_misses;
	}
	return skipped;
}
