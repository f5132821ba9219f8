/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Heap blocks and mmap calls: probes allocators, passes events on, lists what is there. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arrays/heap.h"
#include "arrays/mappings.h"
#include "base/array.h"
#include "base/capability.h"
#include "base/log.h"
#include "collect/elf/allocators.h"
#include "collect/elf/mapped_file.h"
#include "engine/priv.h"

/* per address space, live and freed: some 100 bytes each. */
#define ALLOCATIONS_MAX ((size_t)1 << 19)

static int on_change(void *ctx, const struct map_change *change)
{
	struct target *target = ctx;
	int err = rescan__note_change(&target->rescan, change);

	if (!err && target->heap)
		err = heap__change(target->heap, change);
	return err || !target->mappings ? err : mappings__change(target->mappings, change);
}

int allocations_begin(struct engine *engine, struct target *target, const struct target *parent)
{
	const struct engine_options *options = &engine->options;

	if (options->heap_min_bytes)
		target->heap = parent && parent->heap
				       ? heap__fork(parent->heap)
				       : heap__new(engine->environment.page_bytes, ALLOCATIONS_MAX);
	if (options->want_mappings)
		target->mappings =
			parent && parent->mappings
				? mappings__fork(parent->mappings)
				: mappings__new(options->array_min_bytes, ALLOCATIONS_MAX);
	if ((options->heap_min_bytes && !target->heap) ||
	    (options->want_mappings && !target->mappings))
		return -ENOMEM;
	touch__listen(target->touch, on_change, target);
	if (parent) {
		target->heap_late = parent->heap_late;
		target->heap_probed = parent->heap_probed;
		target->heap_own_new = parent->heap_own_new;
		target->heap_unprobed = parent->heap_unprobed;
		target->heap_closed = parent->heap_closed;
	}
	return 0;
}

void allocations_end(struct target *target)
{
	heap__free(target->heap);
	mappings__free(target->mappings);
}

int allocations_handle(struct target *target, const struct map_event *event)
{
	return target->heap ? heap__handle(target->heap, event) : 0;
}

static struct probed_file file_of(const struct engine *engine, const struct target *target,
				  const struct vma *vma)
{
	return (struct probed_file){
		.inode = vma->inode,
		.dev_major = vma->dev_major,
		.dev_minor = vma->dev_minor,
		/* A child has its parent's probes only if they are for all processes. */
		.pid = engine->options.follow_children ? 0 : target->pid,
	};
}

static const struct probed_file *find_probed(const struct engine *engine,
					     const struct probed_file *file)
{
	size_t i;

	for (i = 0; i < engine->probed_count; i++) {
		const struct probed_file *known = &engine->probed[i];

		if (known->inode == file->inode && known->dev_major == file->dev_major &&
		    known->dev_minor == file->dev_minor && known->pid == file->pid)
			return known;
	}
	return NULL;
}

/* Files without a malloc are not recorded: they are checked when mappings change. */
static int probe_file(struct engine *engine, const struct target *target, const struct vma *vma,
		      struct probed_file *file)
{
	struct heap_point points[ALLOCATOR_POINTS_MAX];
	size_t count;
	int fd, err;

	fd = mapped_file_open(target->proc, vma);
	if (fd < 0)
		return fd == -ESRCH || fd == -EACCES ? fd : fd == -EPERM ? -EACCES : -ENOENT;
	err = allocator_points(fd, points, &count, &file->own_new);
	if (!err)
		err = array_reserve((void **)&engine->probed, &engine->probed_capacity,
				    engine->probed_count + 1, sizeof(*engine->probed));
	if (!err)
		err = faults__attach_heap(engine->faults, fd, file->pid, points, count);
	if (!err)
		engine->probed[engine->probed_count++] = *file;
	close(fd);
	return err;
}

/* 0 also if there is nothing to probe. */
static int probe_vma(struct engine *engine, struct target *target, const struct vma *vma)
{
	struct probed_file file = file_of(engine, target, vma);
	const struct probed_file *known = find_probed(engine, &file);
	int err = known ? 0 : probe_file(engine, target, vma, &file);

	if (err == -EACCES) {
		target->heap_closed = true;
		return 0;
	}
	if (!err) {
		target->heap_probed = true;
		target->heap_own_new |= known ? known->own_new : file.own_new;
	}
	if (!err || err == -ENOENT || err == -ENOEXEC)
		return 0;
	if (err != -ESRCH && err != -ENOMEM) {
		log_warn("cannot probe the allocator in %s: %s", vma->path, strerror(-err));
		target->heap_unprobed = true;
		return 0;
	}
	return err;
}

int allocations_probe(struct engine *engine, struct target *target, const struct vma_list *vmas)
{
	size_t i;
	int err;

	if (!target->heap || !target->proc)
		return 0;
	err = file_maps__update(&target->files, vmas);
	if (err || target->heap_files == target->files.generation)
		return err;
	target->heap_files = target->files.generation;
	for (i = 0; !err && i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];

		if (vma->executable && vma_maps_file(vma))
			err = probe_vma(engine, target, vma);
	}
	return err;
}

static void tell_missing(const struct engine *engine, const struct target *target,
			 struct process_moment *row)
{
	bool heap = engine->options.heap_min_bytes, mappings = engine->options.want_mappings;
	const char *what = !mappings ? "heap blocks"
			   : heap    ? "heap blocks and mappings"
				     : "mappings";
	uint64_t forgotten = 0;
	char lacking[CAPABILITY_TEXT];

	if (!heap && !mappings)
		return;
	if (!engine->faults) {
		process_moment__miss_names(row, "%s: calls are seen only in the faults tier", what);
		return;
	}
	if (heap && target->heap_closed)
		process_moment__miss_names(
			row, "heap blocks: not allowed to read its files (that needs %s)",
			capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking)));
	else if (heap && !target->heap_probed)
		process_moment__miss_names(
			row, "heap blocks: none of its mapped files has a known malloc");
	if (target->heap_unprobed)
		process_moment__miss_names(
			row, "blocks of an allocator that could not be probed are not shown");
	if (target->heap_own_new)
		process_moment__miss_names(
			row, "blocks of an operator new that does not call malloc are not shown");
	if (target->heap_late)
		process_moment__miss_names(row, "%s from before the watch are not shown", what);
	if (target->heap)
		forgotten += heap__forgotten(target->heap);
	if (target->mappings)
		forgotten += mappings__forgotten(target->mappings);
	if (forgotten)
		process_moment__miss_names(row, "%llu %s were forgotten: too many",
					   (unsigned long long)forgotten, what);
}

static int in_memory(void *ctx, uint64_t start, uint64_t end)
{
	const struct tally_input *input = ctx;
	struct tally tally;
	int err = tally_range(input, start, end, &tally);

	return err ? err : tally.resident || tally.states[PAGE_SWAPPED];
}

int allocations_add_arrays(struct engine *engine, struct target *target,
			   const struct tally_input *input, struct array_list *list,
			   struct process_moment *row)
{
	struct tally_input copy = *input;
	size_t probed = engine->probed_count;
	int err;

	err = allocations_probe(engine, target, &target->vmas);
	/* Found only now: it may have been in use for long. */
	target->heap_late |= engine->probed_count != probed;
	if (!err && target->heap)
		err = heap__arrays(target->heap, in_memory, &copy, list);
	if (!err && target->mappings)
		err = mappings__arrays(target->mappings, list);
	tell_missing(engine, target, row);
	return err;
}
