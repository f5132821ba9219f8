/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Probes on the functions of an allocator: by a uprobe session (v6.13), else by perf events. */
#include <errno.h>
#include <stdio.h>

#include "base/array.h"
#include "base/capability.h"
#include "collect/kernel/faults_priv.h"
#include "collect/kernel/uprobes.h"

#define DEFAULT_BLOCKS (1u << 18)

int faults_configure_heap(struct faults *faults)
{
	const struct faults_options *options = &faults->options;
	struct pagewatch_bpf *skel = faults->skel;
	bool on = options->heap_min_bytes;
	bool session = on && faults->backend != FAULTS_PERF;
	uint32_t blocks = options->heap_blocks ? options->heap_blocks : DEFAULT_BLOCKS;
	int err;

	skel->rodata->heap_min_bytes = options->heap_min_bytes;
	bpf_program__set_autoload(skel->progs.heap_session, session);
	bpf_program__set_autoload(skel->progs.heap_entry, on);
	bpf_program__set_autoload(skel->progs.heap_return, on);
	bpf_program__set_autoload(skel->progs.heap_forked, on && options->follow_children);
	bpf_program__set_expected_attach_type(skel->progs.heap_session,
					      (enum bpf_attach_type)TRACE_UPROBE_SESSION);
	err = bpf_map__set_autocreate(skel->maps.heap_blocks, on);
	if (!err)
		err = bpf_map__set_autocreate(skel->maps.heap_calls, on);
	if (!err)
		err = bpf_map__set_autocreate(skel->maps.reading_threads, on);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.heap_calls,
					       skel->rodata->limits[PW_LIMIT_HEAP_CALLS]);
	return err ? err : bpf_map__set_max_entries(skel->maps.heap_blocks, on ? blocks : 1);
}

static int attach_session(struct faults *faults, const char *path, uint32_t pid,
			  const struct heap_point *points, size_t count)
{
	uint64_t offsets[64], cookies[64];
	const struct uprobes session = {
		.program = faults->skel->progs.heap_session,
		.attach_type = TRACE_UPROBE_SESSION,
		.path = path,
		.pid = pid,
		.offsets = offsets,
		.cookies = cookies,
		.count = (uint32_t)count,
	};
	size_t i;
	int fd;

	if (count > sizeof(offsets) / sizeof(offsets[0]))
		return -E2BIG;
	for (i = 0; i < count; i++) {
		offsets[i] = points[i].offset;
		cookies[i] = points[i].call;
	}
	if (array_reserve((void **)&faults->sessions, &faults->session_capacity,
			  faults->session_count + 1, sizeof(*faults->sessions)))
		return -ENOMEM;
	fd = uprobes__link(&session);
	if (fd < 0)
		return fd;
	faults->sessions[faults->session_count++] = fd;
	return 0;
}

static int attach_event(struct faults *faults, const char *path, uint32_t pid,
			const struct heap_point *point, bool at_return)
{
	struct pagewatch_bpf *skel = faults->skel;
	LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = at_return, .bpf_cookie = point->call);

	return faults_keep_link(
		faults, bpf_program__attach_uprobe_opts(
				at_return ? skel->progs.heap_return : skel->progs.heap_entry,
				pid ? (pid_t)pid : -1, path, point->offset, &options));
}

/* Returns first, so that no entry waits for a return probe that does not exist yet. */
static int attach_events(struct faults *faults, const char *path, uint32_t pid,
			 const struct heap_point *points, size_t count)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < count; i++) {
		if (points[i].call != HEAP_FREE)
			err = attach_event(faults, path, pid, &points[i], true);
	}
	for (i = 0; !err && i < count; i++)
		err = attach_event(faults, path, pid, &points[i], false);
	return err;
}

static int attach_at(struct faults *faults, const char *path, uint32_t pid,
		     const struct heap_point *points, size_t count)
{
	int err;

	if (bpf_program__autoload(faults->skel->progs.heap_session)) {
		err = attach_session(faults, path, pid, points, count);
		if (err != -EINVAL)
			return err;
	}
	return attach_events(faults, path, pid, points, count);
}

int faults__attach_heap(struct faults *faults, int fd, uint32_t pid,
			const struct heap_point *points, size_t count)
{
	uint64_t raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	char path[64];
	int err;

	/* The inode of the descriptor, so that nobody can swap a path under us. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = attach_at(faults, path, pid, points, count);
	capability_rest(raised);
	return err;
}
