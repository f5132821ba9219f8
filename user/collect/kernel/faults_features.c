/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Finds out what this kernel lacks, and loads the kernel side without it. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "collect/kernel/faults_priv.h"
#include "collect/kernel/tracefs.h"

/* Where a search stands: helpers and maps are tried only after a load has failed. */
struct search {
	struct faults *faults;
	bool tries;
};

static int find_end(const struct faults *faults, const char *edge, const char *call)
{
	char name[64];

	snprintf(name, sizeof(name), "syscalls/sys_%s_%s", edge, call);
	return tracefs_event_id(faults->events, name);
}

/* With arguments that every kernel refuses; none but a kernel without the call says ENOSYS. */
static bool has_call(long number)
{
	return syscall(number, -1l, -1l, -1l, -1l, -1l, -1l) != -1 || errno != ENOSYS;
}

/* Notes its tracepoints. A call that does not exist cannot end a life: nothing is missing. */
static bool lacks_call(struct faults *faults, const struct kernel_feature_row *row)
{
	struct call_ends *ends = &faults->ends[row - kernel_feature(FEATURE_CALLS)];

	*ends = (struct call_ends){ find_end(faults, "enter", row->name),
				    find_end(faults, "exit", row->name) };
	return faults->hooks == HOOKS_TRACEPOINT && (ends->enter < 0 || ends->exit < 0) &&
	       has_call(row->id);
}

/* A test that cannot be done tells nothing: the load then fails again, with its own message. */
static bool lacks_feature(void *ctx, const struct kernel_feature_row *row)
{
	struct search *search = ctx;

	switch (row->need) {
	case NEEDS_HELPER:
		return search->tries && !libbpf_probe_bpf_helper(BPF_PROG_TYPE_TRACEPOINT,
								 (enum bpf_func_id)row->id, NULL);
	case NEEDS_MAP:
		return search->tries &&
		       !libbpf_probe_bpf_map_type((enum bpf_map_type)row->id, NULL);
	case NEEDS_TRACEPOINT:
		return !tracefs_has_event(search->faults->events, row->name);
	default:
		return lacks_call(search->faults, row);
	}
}

bool faults_find_missing(struct faults *faults, bool try)
{
	struct search search = { faults, try };
	struct kernel_features missing = kernel_features__find(lacks_feature, &search);
	bool more = missing.bits & ~faults->missing.bits;

	faults->missing = missing;
	return more;
}

int faults_configure_features(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	const struct kernel_features *missing = &faults->missing;
	bool announced = !kernel_features__has(missing, FEATURE_PREPARE_EXEC);

	faults_configure_hooks(faults);
	skel->rodata->missing_features = missing->bits;
	skel->rodata->exec_is_announced = announced;
	bpf_program__set_autoload(skel->progs.prepare_exec, announced);
	bpf_program__set_autoload(skel->progs.collapse,
				  !kernel_features__has(missing, FEATURE_COLLAPSE));
	return bpf_map__set_autocreate(skel->maps.borrowers,
				       !kernel_features__has(missing, FEATURE_TASK_STORAGE));
}

size_t faults__missing(const struct faults *faults, const char *ret[FAULTS_MISSING_MAX])
{
	_Static_assert(KERNEL_FEATURES <= FAULTS_MISSING_MAX, "room for all");

	return kernel_features__say(&faults->missing, faults->options.follow_children,
				    faults->options.heap_min_bytes, ret);
}

bool faults__counts_collapses(const struct faults *faults)
{
	return !kernel_features__has(&faults->missing, FEATURE_COLLAPSE);
}
