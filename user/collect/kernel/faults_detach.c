/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Detaching. The last close of a tracepoint waits for RCU grace periods, one tracepoint after the
 * other (kernel/trace/trace_event_perf.c, perf_trace_event_unreg): about a second in all. A child
 * process holds the links for that long, so that we can exit at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/kernel/faults_priv.h"

static void destroy_links(struct faults *faults)
{
	size_t i;

	faults_close_stops(faults);
	for (i = 0; i < faults->link_count; i++)
		bpf_link__destroy(faults->links[i]);
	for (i = 0; i < faults->session_count; i++)
		close(faults->sessions[i]);
	bpf_link__destroy(faults->seed);
}

static bool is_kept(const struct faults *faults, int fd)
{
	size_t i;

	for (i = 0; i < faults->link_count; i++) {
		if (bpf_link__fd(faults->links[i]) == fd)
			return true;
	}
	for (i = 0; i < faults->session_count; i++) {
		if (faults->sessions[i] == fd)
			return true;
	}
	return false;
}

static int last_kept(const struct faults *faults)
{
	int last = -1;
	size_t i;

	for (i = 0; i < faults->link_count; i++) {
		if (bpf_link__fd(faults->links[i]) > last)
			last = bpf_link__fd(faults->links[i]);
	}
	for (i = 0; i < faults->session_count; i++) {
		if (faults->sessions[i] > last)
			last = faults->sessions[i];
	}
	return last;
}

/*
 * Closes everything but the links: nobody should wait for a pipe or terminal that only the child
 * keeps open.
 */
static void close_all_but_links(const struct faults *faults, int but)
{
	int last = last_kept(faults), fd;

	if (last < but)
		last = but;
	for (fd = 0; fd <= last; fd++) {
		if (fd != but && !is_kept(faults, fd))
			close(fd);
	}
	syscall(SYS_close_range, last + 1, ~0u, 0);
}

/* In the child of a child, which nobody has to reap: outlives our links, then ends. */
static void hold_links(const struct faults *faults, int released)
{
	char byte;

	close_all_but_links(faults, released);
	while (read(released, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void faults_detach(struct faults *faults)
{
	int released[2], status;
	pid_t child;

	if (!faults->link_count || pipe2(released, O_CLOEXEC)) {
		destroy_links(faults);
		return;
	}
	child = fork();
	if (!child) {
		if (fork())
			_exit(0);
		hold_links(faults, released[0]);
	}
	close(released[0]);
	if (child > 0)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	destroy_links(faults);
	/* The end of its pipe tells the child that it holds the last link. */
	close(released[1]);
}
