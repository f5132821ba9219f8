/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Uprobes that stop a watched thread. */
#include <errno.h>

#include "base/array.h"
#include "collect/kernel/faults_priv.h"

int faults__arm_stop(struct faults *faults, uint32_t pid, const char *binary, uint64_t file_offset)
{
	struct bpf_link *link;
	size_t id;

	link = bpf_program__attach_uprobe(faults->skel->progs.stop_here, false, (pid_t)pid, binary,
					  file_offset);
	if (!link)
		return -errno;
	for (id = 0; id < faults->stop_count && faults->stops[id].link; id++)
		continue;
	if (id == faults->stop_count) {
		if (array_reserve((void **)&faults->stops, &faults->stop_capacity,
				  faults->stop_count + 1, sizeof(*faults->stops))) {
			bpf_link__destroy(link);
			return -ENOMEM;
		}
		faults->stop_count++;
	}
	faults->stops[id].link = link;
	return (int)id;
}

void faults__disarm_stop(struct faults *faults, int id)
{
	bpf_link__destroy(faults->stops[id].link);
	faults->stops[id].link = NULL;
}
