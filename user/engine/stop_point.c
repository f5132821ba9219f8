/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a command is stopped for its last snapshot: CPython's Py_FinalizeEx,
 * else libc's exit. Found at the entry point, when ld.so has mapped the libraries.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "collect/elf_symbol.h"
#include "collect/mapped_file.h"
#include "engine/priv.h"

/* Before libraries are mapped, and after. */
#define LOADER_STOPS 2

void stop_point_disarm(struct engine *engine, struct traced *process)
{
	if (process->stop_id >= 0)
		faults__disarm_stop(engine->faults, process->stop_id);
	process->stop_id = -1;
}

/* The uprobe is registered on the inode behind the descriptor: no path can be swapped under us. */
static int arm(struct engine *engine, int fd, uint64_t offset)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return faults__arm_stop(engine->faults, path, offset);
}

void stop_point_arm_entry(struct engine *engine, struct traced *process)
{
	struct proc *proc = NULL;
	uint64_t offset;
	int fd = -1, err;

	stop_point_disarm(engine, process);
	process->phase = STOP_NONE;
	if (!engine->faults)
		return;
	err = proc__open(engine->procfs, (uint32_t)process->pid, &proc);
	if (!err) {
		fd = proc__open_file(proc, "exe");
		err = fd < 0 ? fd : elf_entry_offset(fd, &offset);
	}
	if (!err) {
		process->stop_id = arm(engine, fd, offset);
		err = process->stop_id < 0 ? process->stop_id : 0;
	}
	if (!err)
		process->phase = STOP_AT_ENTRY;
	else
		log_info("cannot stop process %d at its entry point: %s", (int)process->pid,
			 strerror(-err));
	if (fd >= 0)
		close(fd);
	proc__close(proc);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Worth a look for the symbol: the program itself, libpython, or the C library. */
static bool is_candidate(const struct vma *vma, const char *symbol, const char *exe)
{
	const char *name = base_name(vma->path);

	if (!vma->executable || vma->kind != VMA_FILE)
		return false;
	if (!strcmp(vma->path, exe))
		return true;
	if (!strcmp(symbol, "exit"))
		return !strncmp(name, "libc.so", 7) || !strncmp(name, "libc-", 5) ||
		       !strncmp(name, "ld-musl", 7);
	return !strncmp(name, "libpython", 9);
}

static int arm_in_vma(struct engine *engine, const struct proc *proc, const struct vma *vma,
		      const char *symbol)
{
	uint64_t offset;
	int fd, err;

	fd = mapped_file_open(proc, vma);
	if (fd < 0)
		return fd;
	err = elf_symbol_offset(fd, symbol, &offset);
	if (!err)
		err = arm(engine, fd, offset);
	close(fd);
	return err;
}

static int arm_symbol(struct engine *engine, const struct proc *proc, const struct vma_list *vmas,
		      const char *exe, const char *symbol)
{
	size_t i;
	int id = -ENOENT;

	for (i = 0; id < 0 && i < vmas->count; i++) {
		if (is_candidate(&vmas->vmas[i], symbol, exe))
			id = arm_in_vma(engine, proc, &vmas->vmas[i], symbol);
	}
	return id;
}

/* Whether an allocator of the process is probed by now. */
static bool probe_heap(struct engine *engine, const struct traced *process,
		       const struct vma_list *vmas)
{
	struct target *target;

	if (engine_drain(engine))
		return false;
	target = engine_find_pid(engine, (uint32_t)process->pid);
	return target && !claims_probe(engine, target, vmas) && target->heap_probed;
}

/*
 * ld.so calls this empty function before and after it maps libraries, for debuggers (struct
 * r_debug of link.h): their constructors, and what these allocate, come later.
 */
static int arm_loader(struct engine *engine, const struct proc *proc, const struct vma_list *vmas)
{
	size_t i;
	int id = -ENOENT;

	for (i = 0; id < 0 && i < vmas->count; i++) {
		if (vmas->vmas[i].executable && vmas->vmas[i].kind == VMA_FILE)
			id = arm_in_vma(engine, proc, &vmas->vmas[i], "_dl_debug_state");
	}
	return id;
}

/* Without heap blocks, or where the allocator is there at once (a static program): the entry. */
void stop_point_arm_start(struct engine *engine, struct traced *process)
{
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	int id = -ENOENT;

	stop_point_disarm(engine, process);
	process->loader_stops = 0;
	if (engine->faults && engine->options.heap_min_bytes &&
	    !proc__open(engine->procfs, (uint32_t)process->pid, &proc) && !maps_read(proc, &vmas) &&
	    !probe_heap(engine, process, &vmas))
		id = arm_loader(engine, proc, &vmas);
	vma_list__deinit(&vmas);
	proc__close(proc);
	if (id < 0) {
		stop_point_arm_entry(engine, process);
		return;
	}
	process->stop_id = id;
	process->phase = STOP_AT_LOADER;
}

void stop_point_at_loader(struct engine *engine, struct traced *process)
{
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	bool probed = false;

	if (!proc__open(engine->procfs, (uint32_t)process->pid, &proc) && !maps_read(proc, &vmas))
		probed = probe_heap(engine, process, &vmas);
	vma_list__deinit(&vmas);
	proc__close(proc);
	if (probed || ++process->loader_stops == LOADER_STOPS)
		stop_point_arm_entry(engine, process);
}

void stop_point_arm_end(struct engine *engine, struct traced *process)
{
	static const char *const symbols[] = { "Py_FinalizeEx", "exit" };
	struct process_facts facts;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;
	int id = -ENOENT, err;
	size_t i;

	stop_point_disarm(engine, process);
	process->phase = STOP_NONE;
	err = proc__open(engine->procfs, (uint32_t)process->pid, &proc);
	if (!err)
		err = proc__facts(proc, &facts);
	if (!err)
		err = maps_read(proc, &vmas);
	if (!err)
		probe_heap(engine, process, &vmas);
	for (i = 0; !err && id < 0 && i < sizeof(symbols) / sizeof(symbols[0]); i++)
		id = arm_symbol(engine, proc, &vmas, facts.exe, symbols[i]);
	if (id >= 0) {
		process->stop_id = id;
		process->phase = STOP_AT_END;
	} else {
		log_info("no stop point in process %d: %s", (int)process->pid,
			 strerror(err ? -err : -id));
	}
	vma_list__deinit(&vmas);
	proc__close(proc);
}
