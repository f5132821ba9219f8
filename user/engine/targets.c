/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A watched address space: its lifetime. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arrays/elf_look.h"
#include "arrays/files/mapped_arrays.h"
#include "base/array.h"
#include "base/counted.h"
#include "base/log.h"
#include "collect/elf/elf_symbol.h"
#include "control/clock.h"
#include "engine/priv.h"
#include "model/moment_lists.h"

void target__forget_marks(struct target *target)
{
	size_t i;

	for (i = 0; i < target->marks.count; i++)
		array_desc__deinit(&target->marks.arrays[i]);
	free(target->marks.arrays);
	target->marks = (struct array_list){ 0 };
}

void target__forget_final(struct target *target)
{
	if (target->final)
		process_moment__deinit(target->final);
	free(target->final);
	target->final = NULL;
}

bool target__take_final(struct target *target, struct process_moment *row)
{
	if (!target->final)
		return false;
	*row = *target->final;
	free(target->final);
	target->final = NULL;
	return true;
}

void target__forget_touches(struct target *target)
{
	if (target->touch)
		touch__end_window(target->touch);
	touch_map_deinit(&target->map);
	touch_map_deinit(&target->window);
}

void target__forget_scan(struct target *target)
{
	target__forget_touches(target);
	page_runs__deinit(&target->runs);
	extent_list__deinit(&target->extents);
	free(target->frames.runs);
	target->frames = (struct frame_list){ 0 };
}

void target__free(struct target *target)
{
	if (!target)
		return;
	if (target->pidfd >= 0)
		close(target->pidfd);
	proc__close(target->proc);
	target__forget_scan(target);
	process_moment__deinit(&target->still.row);
	page_runs__deinit(&target->still.runs);
	page_runs__deinit(&target->still.begun_runs);
	intervals__deinit(&target->still.ranges);
	intervals__deinit(&target->rescan.dirty);
	touch__free(target->touch);
	vma_list__deinit(&target->vmas);
	file_maps__deinit(&target->files);
	target__forget_final(target);
	array_ids__deinit(&target->ids);
	elf_look__free(target->elf);
	mapped_arrays__free(target->data);
	allocations_end(target);
	target__forget_marks(target);
	counted__drop(target->exe);
	free(target);
}

/* The tracepoints of system calls leave out those of 32-bit tasks (arch_trace_is_compat_syscall()). */
static void note_32_bit(struct target *target)
{
	int fd = proc__open_memory(target->proc, "exe");

	if (fd < 0)
		return;
	target->losses.count[LOSS_32_BIT] = elf_is_32_bit(fd);
	close(fd);
}

int target__read_exe(struct target *target)
{
	char exe[PATH_MAX] = "";

	if (target->proc)
		proc__exe(target->proc, exe, sizeof(exe));
	/* Once an image: another one is another target. */
	if (*exe && !target->exe && target->slot != NO_SLOT)
		note_32_bit(target);
	return *exe ? counted__set_text(&target->exe, exe) : 0;
}

static int open_process(struct engine *engine, struct target *target)
{
	int err;

	err = proc__open_process(engine->procfs, target->pid, &target->proc);
	if (err)
		return err;
	target->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)target->pid, 0);
	/* By now its pid belongs to a thread or nobody (v6.15: ENOENT). */
	if (target->pidfd < 0)
		return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno;
	err = engine_watch_fd(engine, target->pidfd);
	/* In the faults tier the record of its beginning has its name. */
	if (err || target->slot != NO_SLOT)
		return err;
	err = proc__facts(target->proc, &target->facts);
	return err ? err : target__read_exe(target);
}

int target__new(struct engine *engine, uint32_t pid, uint32_t slot, struct target *old,
		struct target **ret)
{
	struct target *target = calloc(1, sizeof(*target));
	int err = 0;

	if (!target)
		return -ENOMEM;
	target->pid = pid;
	target->slot = slot;
	target->pidfd = -1;
	target->rescan.all = true;
	if (old && old->pid == pid && old->pidfd >= 0)
		target_set__hand_over(engine, old, target);
	else
		err = open_process(engine, target);
	/* A child may be gone before we hear of it; its touches are in the tables all the same. */
	if (err && !(err == -ESRCH && slot != NO_SLOT))
		goto out;
	target->facts.pid = target->pid;
	err = target_set__add(engine, target);
	if (err)
		goto out;
	*ret = target;
	return 0;
out:
	target__free(target);
	return err;
}

void engine_lose_child(struct engine *engine, struct target *target, uint32_t slot, int err)
{
	if (!engine->losses.count[LOSS_CHILDREN]++)
		log_warn("cannot follow a child process (%s); the report counts such children",
			 strerror(-err));
	if (slot != NO_SLOT && engine->faults)
		faults__release(engine->faults, slot);
	if (!target)
		return;
	target_set__end(engine, target);
	target->lost = true;
	if (target->pidfd >= 0)
		close(target->pidfd);
	target->pidfd = -1;
}

static int retire_chunks(struct engine *engine, struct target *target)
{
	struct touch_chunk chunk;
	size_t i;
	int err;

	err = faults__copy_touches(engine->faults, target->slot, &target->map);
	target->faults = target->map.faults;
	for (i = 0; !err && i < target->map.count; i++) {
		packed_chunk_get(&target->map.chunks[i], &chunk);
		err = touch__retire_chunk(target->touch, &chunk);
	}
	return err;
}

int target__end(struct engine *engine, struct target *target, const char *how)
{
	int err = 0;

	if (target->ended)
		return 0;
	target_set__end(engine, target);
	vma_list__deinit(&target->vmas);
	file_maps__deinit(&target->files);
	if (target->slot != NO_SLOT) {
		/* The last bits of a process with a final snapshot are not needed. */
		if (!target->final)
			err = retire_chunks(engine, target);
		if (!err && !target->final)
			err = touch__retire_all(target->touch, how, clock_now_ns());
		faults__release(engine->faults, target->slot);
	}
	target__forget_scan(target);
	if (target->pidfd >= 0)
		close(target->pidfd);
	target->pidfd = -1;
	proc__close(target->proc);
	target->proc = NULL;
	return err;
}

void engine_prune(struct engine *engine)
{
	size_t i, kept = 0;

	for (i = 0; i < engine->target_count; i++) {
		struct target *target = engine->targets[i];

		if (!target->ended) {
			engine->targets[kept++] = target;
			continue;
		}
		losses__add(&engine->ended_losses, &target->losses);
		target__free(target);
	}
	engine->target_count = kept;
	engine->rest = (struct processes_rest){ 0 };
}

void engine_prune_untold(struct engine *engine)
{
	size_t i, kept = 0;

	for (i = 0; i < engine->target_count; i++) {
		struct target *target = engine->targets[i];

		if (!target->replaced && !target->lost) {
			engine->targets[kept++] = target;
			continue;
		}
		losses__add(&engine->ended_losses, &target->losses);
		target__free(target);
	}
	engine->target_count = kept;
}
