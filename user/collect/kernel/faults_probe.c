/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which parts of the kernel side work here; each is tried. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect/kernel/faults_priv.h"
#include "collect/kernel/tracefs.h"
#include "collect/proc/maps.h"
#include "collect/proc/procfs.h"

/* Touches one fresh page of our own and checks that the backend counted exactly that page. */
static int touch_and_look(struct faults *faults, uint64_t page_bytes)
{
	struct touch_map map = { 0 };
	struct touch_chunk chunk;
	uint32_t slot;
	uint64_t page;
	char *memory;
	int err;

	err = faults__add_process(faults, (uint32_t)getpid(), &slot);
	if (err)
		return err;
	memory = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	*(volatile char *)memory = 1;
	err = faults__copy_touches(faults, slot, &map);
	page = (uintptr_t)memory / page_bytes % CHUNK_PAGES;
	if (!err && !touch_map_find(&map, (uintptr_t)memory - page * page_bytes, &chunk))
		err = -ENODATA;
	if (!err)
		err = chunk.written[page / 64] >> (page % 64) & 1 ? 0 : -ENODATA;
	touch_map_deinit(&map);
	munmap(memory, page_bytes);
	return err;
}

__attribute__((noinline)) static void pass_probe(void)
{
	__asm__ volatile("");
}

static int find_in_file(uintptr_t address, uint64_t *offset)
{
	struct vma_list vmas = { 0 };
	struct procfs *procfs = NULL;
	struct proc *self = NULL;
	const struct vma *vma;
	int err;

	err = procfs__open("/proc", &procfs);
	if (!err)
		err = proc__open_self(procfs, &self);
	if (!err)
		err = maps_read(self, &vmas);
	vma = err ? NULL : vma_list__find(&vmas, address);
	if (vma)
		*offset = address - vma->start + vma->offset;
	vma_list__deinit(&vmas);
	proc__close(self);
	procfs__close(procfs);
	return err ? err : vma ? 0 : -ENOENT;
}

/* A probe on a function of our own, which is then called. No thread is stopped: it is muted. */
static int pass_uprobe(struct faults *faults)
{
	const struct stop_probes stops = faults__stop_probes(faults);
	const volatile uint32_t *passed = &faults->skel->bss->stops_passed;
	uint64_t offset;
	int err;

	err = find_in_file((uintptr_t)pass_probe, &offset);
	if (!err)
		err = stops.arm(stops.ctx, (uint32_t)getpid(), "/proc/self/exe", offset);
	if (err)
		return err;
	stops.mute(stops.ctx);
	pass_probe();
	return *passed ? 0 : -ENODATA;
}

static void note_unmapped(void *ctx, const struct map_event *event)
{
	bool *seen = ctx;

	*seen |= event->type == MAP_EVENT_ENTER && event->enter.op == MAP_OP_MUNMAP;
}

/* Unmaps a page of our own, and checks that the call was seen. */
static int unmap_and_look(struct faults *faults, uint64_t page_bytes)
{
	bool seen = false;
	uint32_t slot;
	void *memory;
	int err;

	err = faults__add_process(faults, (uint32_t)getpid(), &slot);
	if (err)
		return err;
	memory = mmap(NULL, page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, page_bytes);
	err = faults__drain(faults, 0, note_unmapped, &seen);
	return err < 0 ? err : seen ? 0 : -ENODATA;
}

static int open_small(enum faults_backend backend, enum faults_hooks hooks, struct faults **ret)
{
	const struct faults_options options = {
		.backend = backend,
		.hooks = hooks,
		.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
		.chunk_slots = 1024,
	};
	char reason[256] = "";

	return faults__open(&options, ret, reason, sizeof(reason));
}

int faults_try(enum faults_backend backend, int *uprobe)
{
	struct faults *faults = NULL;
	int err = open_small(backend, HOOKS_NONE, &faults);

	*uprobe = err;
	if (!err)
		*uprobe = pass_uprobe(faults);
	if (!err)
		err = touch_and_look(faults, (uint64_t)sysconf(_SC_PAGESIZE));
	faults__close(faults);
	return err;
}

static int try_hooks(enum faults_hooks hooks)
{
	struct faults *faults = NULL;
	int err = open_small(FAULTS_AUTO, hooks, &faults);

	if (!err)
		err = unmap_and_look(faults, (uint64_t)sysconf(_SC_PAGESIZE));
	faults__close(faults);
	return err;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Those of the table but the calls. events: as for find_missing. */
static size_t add_rows(const struct kernel_features *missing, int events,
		       struct faults_feature *ret)
{
	unsigned int i;

	for (i = 0; i < FEATURE_CALLS; i++) {
		const struct kernel_feature_row *row = kernel_feature(i);
		int err = row->need == NEEDS_TRACEPOINT ? events : -ENOENT;

		ret[i] = (struct faults_feature){ last_part(row->name),
						  kernel_features__has(missing, i) ? err : 0,
						  row->needed_for };
	}
	return FEATURE_CALLS;
}

/* events: why a tracepoint is not found. -ENOENT, or the error that hides all of them. */
static struct kernel_features find_missing(int *events)
{
	struct faults faults = { .events = tracefs_open_events(), .hooks = HOOKS_TRACEPOINT };

	faults_find_missing(&faults, true);
	*events = faults.events < 0 ? faults.events : -ENOENT;
	if (faults.events >= 0)
		close(faults.events);
	return faults.missing;
}

size_t faults_probe(struct faults_feature features[FAULTS_FEATURES_MAX])
{
	int events, by_tp_btf, by_perf;
	int tp_btf = faults_try(FAULTS_TP_BTF, &by_tp_btf),
	    perf = faults_try(FAULTS_PERF, &by_perf);
	struct kernel_features missing = find_missing(&events);
	const struct faults_feature first[] = {
		{ "BTF", access("/sys/kernel/btf/vmlinux", R_OK) ? -errno : 0,
		  "loading the kernel side" },
		{ "syscall tracepoints",
		  kernel_features__calls(&missing) ? events : try_hooks(HOOKS_TRACEPOINT),
		  "ends of lives" },
		{ "tp_btf system calls", try_hooks(HOOKS_TP_BTF),
		  "ends of lives without perf events" },
		{ "tp_btf page faults", tp_btf, "touches, with reads and writes distinguished" },
		{ "perf page faults", perf, "touches without tracepoints" },
		{ "uprobe", by_tp_btf ? by_perf : by_tp_btf,
		  "--heap, and the checkpoints of a process" },
	};
	size_t count = sizeof(first) / sizeof(first[0]);

	_Static_assert(sizeof(first) / sizeof(first[0]) + FEATURE_CALLS <= FAULTS_FEATURES_MAX,
		       "room for all");
	memcpy(features, first, sizeof(first));
	return count + add_rows(&missing, events, features + count);
}
