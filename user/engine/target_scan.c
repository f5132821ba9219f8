/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The scan of a target: its mappings, pages and what else it is at that time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "collect/elf/runtime.h"
#include "collect/pages/pagemap_frames.h"
#include "engine/priv.h"

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
