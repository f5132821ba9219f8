/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Uprobes that stop a watched thread. */
#include <errno.h>

#include "base/array.h"
#include "collect/kernel/faults_priv.h"

static int faults_arm_stop(void *ctx, uint32_t pid, const char *path, uint64_t file_offset)
{
	struct faults *faults = ctx;
	struct bpf_link *link;

	if (array_reserve((void **)&faults->stops, &faults->stop_capacity, faults->stop_count + 1,
			  sizeof(*faults->stops)))
		return -ENOMEM;
	link = bpf_program__attach_uprobe(faults->skel->progs.stop_here, false, (pid_t)pid, path,
					  file_offset);
	if (!link)
		return -errno;
	faults->stops[faults->stop_count++].link = link;
	faults->skel->bss->stops_muted = 0;
	return 0;
}

/* Closing a probe waits for RCU: a thread would be stopped for a tenth of a second. */
static void faults_mute_stops(void *ctx)
{
	struct faults *faults = ctx;

	__atomic_store_n(&faults->skel->bss->stops_muted, 1, __ATOMIC_SEQ_CST);
}

struct stop_probes faults__stop_probes(struct faults *faults)
{
	return (struct stop_probes){ faults, faults_arm_stop, faults_mute_stops };
}
