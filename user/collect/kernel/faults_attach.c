/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Attaching: mapping calls first, then the faults, so that no end of a life is missed. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/kernel/faults_priv.h"

int faults_keep_link(struct faults *faults, struct bpf_link *link)
{
	if (!link)
		return -errno;
	if (array_reserve((void **)&faults->links, &faults->link_capacity, faults->link_count + 1,
			  sizeof(*faults->links))) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	faults->links[faults->link_count++] = link;
	return 0;
}

static int open_event(struct perf_event_attr *attr, int cpu)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int attach_event(struct faults *faults, struct bpf_program *program,
			struct perf_event_attr *attr, int cpu)
{
	struct bpf_link *link;
	int fd, err;

	fd = open_event(attr, cpu);
	if (fd < 0)
		return fd;
	link = bpf_program__attach_perf_event(program, fd);
	err = link ? 0 : -errno;
	if (err) {
		close(fd);
		return err;
	}
	return faults_keep_link(faults, link);
}

/* A program on a tracepoint runs on every CPU, no matter which CPU the event was opened on. */
int faults_attach_tracepoint(struct faults *faults, struct bpf_program *program, int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)id,
	};

	return attach_event(faults, program, &attr, 0);
}

static int attach_calls(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < PW_CALLS; i++) {
		const struct call_ends *ends = &faults->ends[i];

		if (kernel_features__has(&faults->missing, FEATURE_CALLS + i) || ends->exit < 0)
			continue;
		/* The length that shmat maps is known only when it returns. */
		if (i != PW_CALL_SHMAT)
			err = faults_attach_tracepoint(faults, skel->progs.enter_call, ends->enter);
		if (!err)
			err = faults_attach_tracepoint(faults, skel->progs.exit_call, ends->exit);
	}
	return err;
}

static int attach_if_loaded(struct faults *faults, struct bpf_program *program)
{
	if (!bpf_program__autoload(program))
		return 0;
	return faults_keep_link(faults, bpf_program__attach(program));
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
		err = attach_event(faults, faults->skel->progs.fault_perf, &attr, cpu);
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
	err = faults_keep_link(faults, bpf_program__attach(skel->progs.fault_user));
	if (!err)
		err = faults_keep_link(faults, bpf_program__attach(skel->progs.fault_kernel));
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

	err = attach_calls(faults);
	if (err)
		return attach_failed(reason, reason_size, "the mapping calls' tracepoints", err);
	err = attach_processes(faults);
	if (err)
		return attach_failed(reason, reason_size, "the process tracepoints", err);
	err = attach_faults(faults);
	if (err)
		return attach_failed(reason, reason_size, "page faults", err);
	return 0;
}
