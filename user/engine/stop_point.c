/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a command is stopped for its last snapshot: CPython's Py_FinalizeEx,
 * else libc's exit. Found at the entry point, when ld.so has mapped the libraries.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"
#include "engine/guardian.h"
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
static int arm_uprobe(struct engine *engine, struct traced *process, int fd, uint64_t offset)
{
	char path[64];
	int id;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	id = faults__arm_stop(engine->faults, (uint32_t)process->pid, path, offset);
	if (id < 0)
		return id;
	process->stop_id = id;
	return 0;
}

/* fd and offset are of a place in the file of which vma maps some; tid stands still. */
static int arm(struct engine *engine, struct traced *process, pid_t tid, const struct vma *vma,
	       int fd, uint64_t offset)
{
	uint64_t address = vma->start + (offset - vma->offset), code;
	int err;

	if (offset < vma->offset || offset - vma->offset >= vma->end - vma->start)
		return -ENOENT;
	if (engine->faults)
		return arm_uprobe(engine, process, fd, offset);
	if (pread(fd, &code, sizeof(code), (off_t)offset) != sizeof(code))
		return -EIO;
	err = breakpoint_insert(tid, address, code, &process->breakpoint);
	return err ? err : guardian_tell_armed(engine, process);
}

/* What is needed to find a place in a process: its mappings, and the path of its program. */
struct place {
	struct proc *proc;
	struct process_facts facts;
	struct vma_list vmas;
};

static int look(struct engine *engine, const struct traced *process, struct place *ret)
{
	int err;

	err = proc__open(engine->procfs, (uint32_t)process->pid, &ret->proc);
	if (!err)
		err = proc__facts(ret->proc, &ret->facts);
	if (!err)
		err = maps_read(ret->proc, &ret->vmas);
	return err;
}

static void look_away(struct place *place)
{
	vma_list__deinit(&place->vmas);
	proc__close(place->proc);
}

/* The entry point lies in one of the mappings of the program's own code. */
static int arm_at_entry(struct engine *engine, struct traced *process, pid_t tid,
			const struct place *place)
{
	int fd = proc__open_file(place->proc, "exe"), err = -ENOENT;
	uint64_t offset;
	size_t i;

	if (fd < 0)
		return fd;
	if (engine->faults && !elf_entry_offset(fd, &offset)) {
		err = arm_uprobe(engine, process, fd, offset);
	} else if (!elf_entry_offset(fd, &offset)) {
		for (i = 0; err == -ENOENT && i < place->vmas.count; i++) {
			const struct vma *vma = &place->vmas.vmas[i];

			if (vma->executable && !strcmp(vma->path, place->facts.exe))
				err = arm(engine, process, tid, vma, fd, offset);
		}
	}
	close(fd);
	return err;
}

void stop_point_arm_entry(struct engine *engine, struct traced *process, pid_t tid)
{
	struct place place = { 0 };
	int err;

	stop_point_disarm(engine, process);
	process->phase = STOP_NONE;
	err = look(engine, process, &place);
	if (!err)
		err = arm_at_entry(engine, process, tid, &place);
	if (!err)
		process->phase = STOP_AT_ENTRY;
	else
		log_info("cannot stop process %d at its entry point: %s", (int)process->pid,
			 strerror(-err));
	look_away(&place);
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

static int arm_in_vma(struct engine *engine, struct traced *process, pid_t tid,
		      const struct place *place, const struct vma *vma, const char *symbol)
{
	uint64_t offset;
	int fd, err;

	fd = mapped_file_open(place->proc, vma);
	if (fd < 0)
		return fd;
	err = elf_symbol_offset(fd, symbol, &offset);
	if (!err)
		err = arm(engine, process, tid, vma, fd, offset);
	close(fd);
	return err;
}

static int arm_symbol(struct engine *engine, struct traced *process, pid_t tid,
		      const struct place *place, const char *symbol)
{
	size_t i;
	int err = -ENOENT;

	for (i = 0; err && err != -EBUSY && i < place->vmas.count; i++) {
		const struct vma *vma = &place->vmas.vmas[i];

		if (is_candidate(vma, symbol, place->facts.exe))
			err = arm_in_vma(engine, process, tid, place, vma, symbol);
	}
	return err;
}

/* Whether an allocator of the process is probed by now. */
static bool probe_heap(struct engine *engine, const struct traced *process,
		       const struct vma_list *vmas)
{
	struct target *target;

	if (engine_drain(engine))
		return false;
	target = engine_find_pid(engine, (uint32_t)process->pid);
	return target && !allocations_probe(engine, target, vmas) && target->heap_probed;
}

/*
 * ld.so calls this empty function before and after it maps libraries, for debuggers (struct
 * r_debug of link.h): their constructors, and what these allocate, come later.
 */
static int arm_loader(struct engine *engine, struct traced *process, pid_t tid,
		      const struct place *place)
{
	size_t i;
	int err = -ENOENT;

	for (i = 0; err && i < place->vmas.count; i++) {
		const struct vma *vma = &place->vmas.vmas[i];

		if (vma->executable && vma->kind == VMA_FILE)
			err = arm_in_vma(engine, process, tid, place, vma, "_dl_debug_state");
	}
	return err;
}

/* Without heap blocks, or where the allocator is there at once (a static program): the entry. */
void stop_point_arm_start(struct engine *engine, struct traced *process, pid_t tid)
{
	struct place place = { 0 };
	int err = -ENOENT;

	stop_point_disarm(engine, process);
	process->loader_stops = 0;
	if (engine->faults && engine->options.heap_min_bytes && !look(engine, process, &place) &&
	    !probe_heap(engine, process, &place.vmas))
		err = arm_loader(engine, process, tid, &place);
	look_away(&place);
	if (err)
		stop_point_arm_entry(engine, process, tid);
	else
		process->phase = STOP_AT_LOADER;
}

void stop_point_at_loader(struct engine *engine, struct traced *process, pid_t tid)
{
	struct place place = { 0 };
	bool probed = !look(engine, process, &place) && probe_heap(engine, process, &place.vmas);

	look_away(&place);
	if (probed || ++process->loader_stops == LOADER_STOPS)
		stop_point_arm_entry(engine, process, tid);
}

/* BINARY:SYMBOL, or SYMBOL of the program itself. */
static int arm_asked(struct engine *engine, struct traced *process, pid_t tid,
		     const struct place *place)
{
	const char *asked = engine->options.stop_at, *colon = strrchr(asked, ':');
	const char *symbol = colon ? colon + 1 : asked;
	char binary[PATH_MAX];
	size_t i;
	int err = -ENOENT;

	snprintf(binary, sizeof(binary), "%.*s", (int)(colon ? colon - asked : 0), asked);
	for (i = 0; err && i < place->vmas.count; i++) {
		const struct vma *vma = &place->vmas.vmas[i];
		const char *wanted = colon ? binary : place->facts.exe;

		if (vma->executable && vma->kind == VMA_FILE &&
		    (!strcmp(vma->path, wanted) || !strcmp(base_name(vma->path), wanted)))
			err = arm_in_vma(engine, process, tid, place, vma, symbol);
	}
	if (err == -ENOENT)
		log_warn("%s is not in what process %d has mapped at its start", asked,
			 (int)process->pid);
	return err;
}

static int arm_usual(struct engine *engine, struct traced *process, pid_t tid,
		     const struct place *place)
{
	static const char *const symbols[] = { "Py_FinalizeEx", "exit" };
	size_t i;
	int err = -ENOENT;

	/* One that is there but taken is not replaced by a later one, when the arrays are gone. */
	for (i = 0; err && err != -EBUSY && i < sizeof(symbols) / sizeof(symbols[0]); i++)
		err = arm_symbol(engine, process, tid, place, symbols[i]);
	return err;
}

void stop_point_arm_end(struct engine *engine, struct traced *process, pid_t tid)
{
	struct place place = { 0 };
	int err;

	stop_point_disarm(engine, process);
	breakpoint_remove(tid, &process->breakpoint);
	process->phase = STOP_NONE;
	err = look(engine, process, &place);
	if (!err)
		probe_heap(engine, process, &place.vmas);
	if (!err)
		err = engine->options.stop_at ? arm_asked(engine, process, tid, &place)
					      : arm_usual(engine, process, tid, &place);
	if (!err)
		process->phase = STOP_AT_END;
	else
		log_info("no stop point in process %d: %s", (int)process->pid, strerror(-err));
	look_away(&place);
}
