/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Attaching: mapping calls first, then the faults, so that no end of a life is missed. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "collect/kernel/faults_priv.h"

static int attach_if_loaded(struct faults *faults, struct bpf_program *program)
{
	if (!bpf_program__autoload(program))
		return 0;
	return faults_keep_link(faults, bpf_program__attach_trace(program));
}

static int attach_processes(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	struct bpf_program *const programs[] = {
		skel->progs.mm_end,	  skel->progs.prepare_exec, skel->progs.process_exec,
		skel->progs.process_fork, skel->progs.heap_forked,  skel->progs.collapse,
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(programs) / sizeof(programs[0]); i++)
		err = attach_if_loaded(faults, programs[i]);
	if (err)
		return err;
	faults->seed = bpf_program__attach_iter(skel->progs.seed, NULL);
	return faults->seed ? 0 : -errno;
}

static int attach_perf(struct faults *faults)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_ADDR,
	};
	int cpus = libbpf_num_possible_cpus(), cpu, opened = 0, err = 0;

	for (cpu = 0; !err && cpu < cpus; cpu++) {
		err = faults_attach_event(faults, faults->skel->progs.fault_perf, &attr, cpu);
		/* Possible, but offline. */
		if (err == -ENODEV)
			err = 0;
		else if (!err)
			opened++;
	}
	return err ? err : opened ? 0 : -ENODEV;
}

static int attach_faults(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	int err;

	if (faults->backend == FAULTS_PERF)
		return attach_perf(faults);
	err = faults_keep_link(faults, bpf_program__attach_trace(skel->progs.fault_user));
	if (!err)
		err = faults_keep_link(faults, bpf_program__attach_trace(skel->progs.fault_kernel));
	return err;
}

static int attach_failed(char *reason, size_t size, const char *what, int err)
{
	snprintf(reason, size, "cannot attach to %s: %s", what, strerror(-err));
	return err == -EPERM || err == -EACCES ? err : -EOPNOTSUPP;
}

int faults_attach(struct faults *faults, char *reason, size_t reason_size)
{
	int err;

	err = faults_attach_hooks(faults);
	if (err)
		return attach_failed(reason, reason_size, "the mapping calls", err);
	err = attach_processes(faults);
	if (err)
		return attach_failed(reason, reason_size, "the process tracepoints", err);
	err = attach_faults(faults);
	if (err)
		return attach_failed(reason, reason_size, "page faults", err);
	return 0;
}
