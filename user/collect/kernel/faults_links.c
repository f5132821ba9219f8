/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The links that keep programs attached, and programs on perf events. */
#include <errno.h>
#include <linux/perf_event.h>
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

int faults_attach_event(struct faults *faults, struct bpf_program *program,
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

	return faults_attach_event(faults, program, &attr, 0);
}
