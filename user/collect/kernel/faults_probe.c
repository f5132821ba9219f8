/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which parts of the kernel side work here; each is tried. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect/kernel/faults_priv.h"
#include "collect/kernel/tracefs.h"

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

static int try_backend(enum faults_backend backend, bool touch)
{
	struct faults_options options = {
		.backend = backend,
		.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
		.chunk_slots = 1024,
	};
	struct faults *faults = NULL;
	char reason[256] = "";
	int err;

	err = faults__open(&options, &faults, reason, sizeof(reason));
	if (!err && touch)
		err = touch_and_look(faults, options.page_bytes);
	faults__close(faults);
	return err;
}

static int try_event(int events, const char *name)
{
	int id = events < 0 ? events : tracefs_event_id(events, name);

	return id < 0 ? id : 0;
}

size_t faults_probe(struct faults_feature *features, size_t max)
{
	int events = tracefs_open_events();
	const struct faults_feature all[] = {
		{ "BTF", access("/sys/kernel/btf/vmlinux", R_OK) ? -errno : 0,
		  "loading the kernel side" },
		{ "syscall tracepoints", try_event(events, "syscalls/sys_enter_munmap"),
		  "ends of lives" },
		{ "tp_btf page faults", try_backend(FAULTS_TP_BTF, true),
		  "touches, with reads and writes distinguished" },
		{ "perf page faults", try_backend(FAULTS_PERF, true),
		  "touches without tracepoints" },
		{ "sched_prepare_exec", try_event(events, "sched/sched_prepare_exec"),
		  "the first faults after an exec" },
		{ "mm_collapse_huge_page", try_event(events, "huge_memory/mm_collapse_huge_page"),
		  "huge pages made by khugepaged" },
	};
	size_t count = sizeof(all) / sizeof(all[0]);

	if (events >= 0)
		close(events);
	if (count > max)
		count = max;
	memcpy(features, all, count * sizeof(*features));
	return count;
}
