/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Uprobes that stop a watched thread. */
#include <errno.h>
#include <unistd.h>

#include "base/array.h"
#include "base/capability.h"
#include "collect/kernel/faults_priv.h"
#include "collect/kernel/uprobes.h"

void faults_configure_stops(struct faults *faults)
{
	bpf_program__set_expected_attach_type(faults->skel->progs.stop_linked,
					      (enum bpf_attach_type)TRACE_UPROBE_MULTI);
}

void faults_close_stops(struct faults *faults)
{
	size_t i;

	for (i = 0; i < faults->stop_count; i++) {
		bpf_link__destroy(faults->stops[i].link);
		if (!faults->stops[i].link)
			close(faults->stops[i].fd);
	}
	faults->stop_count = 0;
}

/* Kernels before v6.6 have one probe to a perf event only. */
static int arm_event(struct faults *faults, const struct uprobes *uprobe, struct stop *ret)
{
	ret->link = bpf_program__attach_uprobe(faults->skel->progs.stop_here, false,
					       (pid_t)uprobe->pid, uprobe->path,
					       uprobe->offsets[0]);
	return ret->link ? 0 : -errno;
}

static int faults_arm_stop(void *ctx, uint32_t pid, const char *path, uint64_t file_offset)
{
	struct faults *faults = ctx;
	const struct uprobes uprobe = {
		.program = faults->skel->progs.stop_linked,
		.attach_type = TRACE_UPROBE_MULTI,
		.path = path,
		.pid = pid,
		.offsets = &file_offset,
		.count = 1,
	};
	struct stop stop = { 0 };
	uint64_t raised;
	int err;

	if (array_reserve((void **)&faults->stops, &faults->stop_capacity, faults->stop_count + 1,
			  sizeof(*faults->stops)))
		return -ENOMEM;
	/* Our own descriptors in /proc may be closed to us. */
	raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	stop.fd = uprobes__link(&uprobe);
	err = stop.fd == -EINVAL ? arm_event(faults, &uprobe, &stop) : stop.fd < 0 ? stop.fd : 0;
	capability_rest(raised);
	if (err)
		return err;
	faults->stops[faults->stop_count++] = stop;
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
