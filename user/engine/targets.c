/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A watched address space: its lifetime, and its scan. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arrays/elf_look.h"
#include "base/array.h"
#include "base/counted.h"
#include "base/log.h"
#include "base/progress.h"
#include "collect/elf/runtime.h"
#include "collect/pages/pagemap_frames.h"
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
	allocations_end(target);
	target__forget_marks(target);
	counted__drop(target->exe);
	free(target);
}

int target__read_exe(struct target *target)
{
	char exe[PATH_MAX] = "";

	if (target->proc)
		proc__exe(target->proc, exe, sizeof(exe));
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

/* Opens files of the target, but only if its mappings have changed. */
static int detect_runtime(struct target *target)
{
	int err = 0;

	if (target->files.generation != target->runtime_files)
		err = runtime_detect(target->proc, &target->vmas, target->runtime,
				     sizeof(target->runtime));
	target->runtime_files = target->files.generation;
	memcpy(target->facts.runtime, target->runtime, sizeof(target->facts.runtime));
	return err == -ESRCH ? err : 0;
}

/* Only for resident pages: the zero page belongs to nobody. */
static int scan_frames(struct target *target)
{
	size_t i;
	int err = 0;

	target->frames.count = 0;
	for (i = 0; !err && i < target->runs.count; i++) {
		const struct page_run *run = &target->runs.runs[i];

		if (page_state_resident(run->state))
			err = pagemap_frames(target->proc, run->start, run->end, &target->frames);
	}
	return err;
}

static int scan_part(struct target *target, struct pagemap *pagemap, const struct vma *vma,
		     uint64_t start, uint64_t end)
{
	int err;

	target->extents.count = 0;
	err = pagemap__scan(pagemap, vma, start, end, &target->extents, &target->unreadable);
	return err ? err
		   : page_runs__replace(&target->runs, start, end, vma, target->extents.extents,
					target->extents.count);
}

static uint64_t span_of(const struct vma_list *vmas)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < vmas->count; i++)
		bytes += vmas->vmas[i].end - vmas->vmas[i].start;
	return bytes;
}

/* ranges: NULL, everything. */
static int scan_vmas(struct target *target, struct pagemap *pagemap, const struct intervals *ranges)
{
	size_t i, at = 0;
	int err = 0;

	target->runs.count = 0;
	target->unreadable = 0;
	for (i = 0; !err && i < target->vmas.count; i++) {
		const struct vma *vma = &target->vmas.vmas[i];
		struct interval part;

		if (!ranges)
			err = scan_part(target, pagemap, vma, vma->start, vma->end);
		else
			at = intervals__first(ranges, vma->start);
		while (!err && ranges && intervals__part(ranges, &at, vma->start, vma->end, &part))
			err = scan_part(target, pagemap, vma, part.start, part.end);
	}
	return err;
}

/* Scans what may have changed since the last scan; the rest is as it was then. */
static int scan_changes(struct engine *engine, struct target *target, struct pagemap *pagemap)
{
	struct still *still = &target->still;
	struct process_lists was;
	struct page_runs whole = { 0 };
	int err = process_lists__of(&still->row, &was);

	still->ranges.count = 0;
	if (!err)
		err = rescan__ranges(engine, target, &was.vmas, still->scanned_ns, &still->ranges);
	process_lists__deinit(&was);
	if (!err)
		err = scan_vmas(target, pagemap, &still->ranges);
	if (!err)
		err = page_runs__merge(&still->runs, &target->runs, &still->ranges, &whole);
	page_runs__deinit(&target->runs);
	target->runs = whole;
	return err;
}

/* Besides its pages. */
static int read_process(struct engine *engine, struct target *target)
{
	int err = proc__facts(target->proc, &target->facts);

	if (!err)
		err = target__read_exe(target);
	if (!err)
		err = file_maps__update(&target->files, &target->vmas);
	if (!err)
		err = detect_runtime(target);
	if (!err && engine->options.want_frames)
		err = scan_frames(target);
	return err;
}

/*
 * maps and pagemap are opened anew for each scan: both descriptors belong to the present image, and
 * after an exec they would show the old one.
 */
int target__scan(struct engine *engine, struct target *target, bool stands_still)
{
	struct pagemap *pagemap = NULL;
	int err;

	if (!target->proc)
		return -ESRCH;
	err = pagemap__open(target->proc, engine->options.reader, &pagemap);
	if (err)
		return err;
	pagemap__tell_huge(pagemap, engine->environment.pmd_bytes);
	pagemap__tell_walked(pagemap, progress_step);
	if (stands_still)
		pagemap__stands_still(pagemap);
	err = maps_read(target->proc, &target->vmas);
	if (target->rescan.all && target->still.scan == SCAN_PARTS)
		target->still.scan = SCAN_WHOLE;
	if (!err)
		progress_stage("reading page tables", span_of(&target->vmas));
	if (!err && target->still.scan == SCAN_PARTS)
		err = scan_changes(engine, target, pagemap);
	else if (!err)
		err = scan_vmas(target, pagemap, NULL);
	if (!err) {
		engine->reader_used = pagemap__reader(pagemap);
		engine->known_categories = pagemap__known_categories(pagemap);
		target->huge_unsure = pagemap__huge_unsure(pagemap);
		err = read_process(engine, target);
	}
	if (!err && target->touch)
		err = touch__note_scan(target->touch, &target->runs);
	pagemap__close(pagemap);
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
