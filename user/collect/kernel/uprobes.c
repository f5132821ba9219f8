/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/kernel/uprobes.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/test_point.h"

/* The part of union bpf_attr for BPF_LINK_CREATE (include/uapi/linux/bpf.h, v6.6, 89ae89f53d20). */
struct link_attr {
	uint32_t prog_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t ref_ctr_offsets;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t padding;
};

int uprobes__link(const struct uprobes *uprobes)
{
	const struct link_attr attr = {
		.prog_fd = (uint32_t)bpf_program__fd(uprobes->program),
		.attach_type = uprobes->attach_type,
		.path = (uintptr_t)uprobes->path,
		.offsets = (uintptr_t)uprobes->offsets,
		.cookies = (uintptr_t)uprobes->cookies,
		.count = uprobes->count,
		.pid = uprobes->pid,
	};
	int fd;

	if (test_point_hides("uprobe_multi"))
		return -EINVAL;
	fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}
