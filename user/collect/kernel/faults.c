/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lifetime of the kernel side: open, set, load, attach, close. */
#include "collect/kernel/faults.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "collect/kernel/faults_btf_ids.h"
#include "collect/kernel/faults_priv.h"
#include "collect/kernel/kernel_types.h"
#include "collect/kernel/tracefs.h"
#include "collect/proc/proc_self.h"

#define NEEDED (CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON))

const char *faults_backend_name(enum faults_backend backend)
{
	switch (backend) {
	case FAULTS_AUTO:
		return "auto";
	case FAULTS_TP_BTF:
		return "tp_btf";
	case FAULTS_PERF:
		return "perf";
	default:
		return "none";
	}
}

/* libbpf's own messages are for people who debug a load: -v -v. A verifier log has many lines. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text, *rest, *line;
	int length;

	(void)level;
	if (log_get_level() < LOG_DEBUG)
		return 0;
	length = vasprintf(&text, format, args);
	if (length < 0)
		return 0;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		if (*line)
			log_debug("%s", line);
	}
	free(text);
	return length;
}

static int choose_programs(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	bool tp_btf = faults->backend == FAULTS_TP_BTF;
	int err;

	bpf_program__set_autoload(skel->progs.fault_user, tp_btf);
	bpf_program__set_autoload(skel->progs.fault_kernel, tp_btf);
	bpf_program__set_autoload(skel->progs.fault_perf, !tp_btf);
	faults_configure_stops(faults);
	err = faults_configure_features(faults);
	return err ? err : faults_configure_heap(faults);
}

/* types: a file for the kernel's types, or -1. If it cannot be filled, libbpf reads all types. */
static struct pagewatch_bpf *open_skeleton(int types, struct faults_btf_ids *ids)
{
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = path);
	struct pagewatch_bpf *skel;
	uint64_t raised;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", types);
	raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	skel = types < 0 ? NULL : pagewatch_bpf__open_opts(&options);
	capability_rest(raised);
	if (skel && !faults_btf_ids__list(ids, skel->obj) &&
	    !kernel_types__fill(types, bpf_object__btf(skel->obj), ids->ids, ids->count))
		return skel;
	ids->count = 0;
	pagewatch_bpf__destroy(skel);
	return pagewatch_bpf__open();
}

static int open_and_load(struct faults *faults, int types, struct faults_btf_ids *ids)
{
	int err = faults_btf_ids__register(ids);

	if (err)
		return err;
	faults->skel = open_skeleton(types, ids);
	if (!faults->skel)
		return -errno;
	err = faults_configure(faults);
	if (err)
		return err;
	err = choose_programs(faults);
	if (!err)
		err = faults_btf_ids__settle(ids, faults->skel->obj);
	return err ? err : pagewatch_bpf__load(faults->skel);
}

static int load_once(struct faults *faults)
{
	int types = kernel_types__create(), err;
	struct faults_btf_ids ids;

	err = open_and_load(faults, types, &ids);
	faults_btf_ids__unregister(&ids);
	if (types >= 0)
		close(types);
	if (err) {
		pagewatch_bpf__destroy(faults->skel);
		faults->skel = NULL;
	}
	return err;
}

/* Where a load fails, it is tried again without what this kernel proves to lack. */
static int load_programs(struct faults *faults, enum faults_backend backend)
{
	int err;

	faults->backend = backend;
	err = load_once(faults);
	if (err && err != -EPERM && faults_find_missing(faults, true))
		err = load_once(faults);
	return err;
}

static int give_reason(char *reason, size_t size, int err, const char *text)
{
	snprintf(reason, size, "%s", text);
	return err;
}

/* EACCES comes from the verifier; a missing capability gives EPERM. */
static int give_need(char *reason, size_t size, uint64_t needed)
{
	char lacking[CAPABILITY_TEXT];

	snprintf(reason, size, "that needs %s",
		 capability_say_lacking(needed, lacking, sizeof(lacking)));
	return -EPERM;
}

static int load_backend(struct faults *faults, char *reason, size_t size)
{
	enum faults_backend wanted = faults->options.backend;
	bool tracepoints = tracefs_has_event(faults->events, "exceptions/page_fault_user") &&
			   tracefs_has_event(faults->events, "exceptions/page_fault_kernel");
	int err;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return give_reason(reason, size, -EOPNOTSUPP,
				   "this kernel has no BTF (/sys/kernel/btf/vmlinux)");
	if (wanted == FAULTS_TP_BTF && !tracepoints)
		return give_reason(
			reason, size, -EOPNOTSUPP,
			"this kernel has no page_fault_user tracepoint: try --backend=perf");
	faults_choose_hooks(faults);
	faults_find_missing(faults, false);
	err = load_programs(faults,
			    wanted != FAULTS_PERF && tracepoints ? FAULTS_TP_BTF : FAULTS_PERF);
	if (err && wanted == FAULTS_AUTO && tracepoints && err != -EPERM)
		err = load_programs(faults, FAULTS_PERF);
	if (err == -EPERM)
		return give_need(reason, size, NEEDED);
	if (err) {
		snprintf(reason, size, "the kernel refuses the BPF programs: %s", strerror(-err));
		return -EOPNOTSUPP;
	}
	return 0;
}

int faults__open(const struct faults_options *options, struct faults **ret, char *reason,
		 size_t reason_size)
{
	struct faults *faults = calloc(1, sizeof(*faults));
	int err;

	if (!faults)
		return -ENOMEM;
	libbpf_set_print(print_libbpf);
	faults->options = *options;
	faults->events = tracefs_open_events();
	err = faults->events < 0 ? faults->events : 0;
	if (err == -EPERM)
		err = give_need(reason, reason_size, NEEDED | tracefs_needs());
	else if (err)
		give_reason(reason, reason_size, err, "this kernel has no tracefs");
	if (err)
		goto out;
	err = load_backend(faults, reason, reason_size);
	if (err)
		goto out;
	err = faults_map_tables(faults);
	if (!err)
		err = faults_open_slots(faults);
	if (err)
		goto out;
	err = faults_open_ring(faults);
	if (err)
		goto out;
	err = faults_attach(faults, reason, reason_size);
out:
	if (err) {
		if (!*reason)
			give_reason(reason, reason_size, err, strerror(-err));
		faults__close(faults);
		return err;
	}
	*ret = faults;
	return 0;
}

void faults__close(struct faults *faults)
{
	if (!faults)
		return;
	faults_detach(faults);
	free(faults->stops);
	free(faults->sessions);
	free(faults->links);
	faults_close_ring(faults);
	faults_unmap_tables(faults);
	faults_close_slots(faults);
	pagewatch_bpf__destroy(faults->skel);
	if (faults->events >= 0)
		close(faults->events);
	free(faults);
}

enum faults_backend faults__backend(const struct faults *faults)
{
	return faults->backend;
}

enum faults_hooks faults__hooks(const struct faults *faults)
{
	return faults->hooks;
}

/* The iterator runs once over all tasks, during this read. */
int faults__add_process(struct faults *faults, uint32_t pid, uint32_t *slot)
{
	struct pagewatch_bpf__bss *bss = faults->skel->bss;
	char text[64];
	ssize_t got;
	int fd, err = 0;

	bss->seed_pid = pid;
	bss->seed_found = 0;
	fd = bpf_iter_create(bpf_link__fd(faults->seed));
	if (fd < 0)
		return -errno;
	do {
		got = read(fd, text, sizeof(text));
	} while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	if (got < 0)
		err = -errno;
	close(fd);
	if (err)
		return err;
	if (!bss->seed_found)
		return -ESRCH;
	if (bss->seed_slot == PW_NO_SLOT)
		return -ENOSPC;
	*slot = bss->seed_slot;
	faults_hand_out(faults, *slot);
	return 0;
}

int faults__add_next_exec(struct faults *faults, uint32_t pid)
{
	uint32_t one = 1;

	return bpf_map_update_elem(bpf_map__fd(faults->skel->maps.next_exec), &pid, &one, BPF_ANY);
}

int faults__losses(struct faults *faults, struct faults_losses *ret)
{
	const struct pagewatch_bpf__bss *bss = faults->skel->bss;

	ret->chunks = bss->losses.chunks;
	ret->sets = bss->losses.sets;
	ret->strays = bss->losses.strays;
	ret->events = bss->losses.events;
	ret->slots = bss->losses.slots;
	ret->children = bss->losses.children;
	ret->heap_blocks = bss->losses.heap_blocks;
	ret->skipped = faults_skipped(faults);
	ret->calls = kernel_features__calls(&faults->missing);
	return 0;
}

uint64_t faults__kernel_bytes(const struct faults *faults)
{
	struct bpf_object *object = faults->skel->obj;
	struct bpf_program *program;
	struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, object) bytes += proc_self_memlock(bpf_map__fd(map));
	bpf_object__for_each_program(program, object)
	{
		if (bpf_program__fd(program) >= 0)
			bytes += proc_self_memlock(bpf_program__fd(program));
	}
	return bytes;
}
