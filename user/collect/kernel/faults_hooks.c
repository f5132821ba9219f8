/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where this kernel lets us see the mapping calls, and attaching there. */
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/test_point.h"
#include "collect/kernel/faults_priv.h"
#include "collect/kernel/tracefs.h"

const char *faults_hooks_name(enum faults_hooks hooks)
{
	switch (hooks) {
	case HOOKS_TRACEPOINT:
		return "tracepoint";
	case HOOKS_TP_BTF:
		return "tp_btf";
	default:
		return "none";
	}
}

/* Debian's perf_event_paranoid 3 lets nobody without CAP_SYS_ADMIN open any event. */
static bool may_open_events(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

void faults_choose_hooks(struct faults *faults)
{
	bool classic = !test_point_hides("syscall tracepoints") &&
		       tracefs_has_event(faults->events, "syscalls/sys_enter_munmap") &&
		       may_open_events();
	bool any = tracefs_has_event(faults->events, "raw_syscalls/sys_enter") &&
		   tracefs_has_event(faults->events, "raw_syscalls/sys_exit");

	faults->hooks = faults->options.hooks ? faults->options.hooks
			: classic || !any     ? HOOKS_TRACEPOINT
					      : HOOKS_TP_BTF;
}

void faults_configure_hooks(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	bool classic = faults->hooks == HOOKS_TRACEPOINT;
	size_t i;

	for (i = 0; i < PW_CALLS; i++) {
		uint64_t number = (uint64_t)kernel_feature(FEATURE_CALLS + i)->id;

		skel->rodata->numbers[i] = (int)number;
		if (number < PW_CALL_NUMBERS &&
		    !kernel_features__has(&faults->missing, FEATURE_CALLS + i))
			skel->rodata->call_bits[number / 64] |= 1ull << number % 64;
	}
	bpf_program__set_autoload(skel->progs.enter_call, classic);
	bpf_program__set_autoload(skel->progs.exit_call, classic);
	bpf_program__set_autoload(skel->progs.enter_any, !classic);
	bpf_program__set_autoload(skel->progs.exit_any, !classic);
}

static int attach_each_call(struct faults *faults)
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

int faults_attach_hooks(struct faults *faults)
{
	int err;

	if (faults->hooks == HOOKS_TRACEPOINT)
		return attach_each_call(faults);
	err = faults_keep_link(faults, bpf_program__attach_trace(faults->skel->progs.enter_any));
	return err ? err
		   : faults_keep_link(faults,
				      bpf_program__attach_trace(faults->skel->progs.exit_any));
}
