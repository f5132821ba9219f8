/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Probes at several places of a file by one link (v6.6). CAP_BPF and CAP_PERFMON suffice for it; a
 * uprobe that is a perf event wants CAP_SYS_ADMIN.
 */
#ifndef COLLECT_UPROBES_H
#define COLLECT_UPROBES_H

#include <bpf/libbpf.h>
#include <stdint.h>

/* include/uapi/linux/bpf.h, enum bpf_attach_type: libbpf's header is older. */
#define TRACE_UPROBE_MULTI 48	/* v6.6 */
#define TRACE_UPROBE_SESSION 57 /* v6.13 */

struct uprobes {
	const struct bpf_program *program; /* loaded for this attach_type */
	uint32_t attach_type;
	const char *path;	 /* of the file */
	uint32_t pid;		 /* in our pid namespace; 0: every process */
	const uint64_t *offsets; /* bytes, in the file */
	const uint64_t *cookies; /* NULL: none */
	uint32_t count;
};

/*
 * A descriptor that keeps the probes, which the caller closes, or -errno: -EINVAL where the kernel
 * does not know such links.
 */
int uprobes__link(const struct uprobes *uprobes);

#endif
