/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which arrays a target has: the given ranges, and what the array sources find. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/elf_look.h"
#include "arrays/files/mapped_arrays.h"
#include "arrays/python/python.h"
#include "base/array.h"
#include "base/capability.h"
#include "base/progress.h"
#include "engine/priv.h"

/*
 * Enough for a million objects, and hardly noticeable. What is known of the objects takes as much
 * as their pages: 256 MiB in all, whatever the target holds.
 */
#define LOOK_MS 2000u
#define LOOK_BYTES (128ull << 20)

/* Budgets are CPU time: results must not depend on what else the machine does. */
static uint64_t cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int add_marks(const struct array_list *marks, struct array_list *list)
{
	size_t i;

	if (array_reserve((void **)&list->arrays, &list->capacity, list->count + marks->count,
			  sizeof(*list->arrays)))
		return -ENOMEM;
	for (i = 0; i < marks->count; i++) {
		struct array_desc mark = marks->arrays[i];

		mark.name = strdup(mark.name);
		if (!mark.name)
			return -ENOMEM;
		list->arrays[list->count++] = mark;
	}
	return 0;
}

static void tell_missing(const struct python_report *report, struct process_moment *row)
{
	if (*report->unsupported)
		process_moment__miss_names(row, "%s", report->unsupported);
	else if (report->cut)
		process_moment__miss_names(row, "arrays may be missing: %s", report->cut);
	else if (report->partial)
		process_moment__miss_names(row, "arrays may be missing: %s", report->partial);
	else if (report->changing && !report->swapped) /* absent memory reads as changed */
		process_moment__miss_names(row, "%zu arrays changed while they were read",
					   report->changing);
	if (report->unverified)
		process_moment__miss_names(row, "%zu names are left out: too much memory to verify",
					   report->unverified);
	if (report->swapped)
		process_moment__miss_names(row,
					   "arrays or names may be missing: %" PRIu64
					   " pages that lead to them are swapped out",
					   report->swapped);
}

static int add_python(struct engine *engine, struct target *target, struct array_list *list,
		      struct process_moment *row)
{
	const struct python_options options = {
		.page_bytes = engine->environment.page_bytes,
		.min_bytes = engine->options.array_min_bytes,
		.deadline_ms = LOOK_MS,
		.max_pages = LOOK_BYTES / engine->environment.page_bytes,
	};
	struct python_report report;
	char lacking[CAPABILITY_TEXT];
	int err;

	if (!engine->options.want_python)
		return 0;
	err = python_scan(target->proc, &target->vmas, target->facts.runtime, &options, list,
			  &report);
	if (err == -EACCES || err == -EPERM) {
		process_moment__miss_names(
			row, "not allowed to read its memory: arrays have no names (that needs %s)",
			capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking)));
		return 0;
	}
	tell_missing(&report, row);
	return err;
}

static int add_elf(struct engine *engine, struct target *target, struct array_list *list,
		   struct process_moment *row)
{
	uint64_t min_bytes = engine->options.static_min_bytes ? engine->options.static_min_bytes
							      : engine->options.array_min_bytes;
	const struct elf_options options = {
		.page_bytes = engine->environment.page_bytes,
		.min_bytes = min_bytes ? min_bytes : 1,
		.symbols = engine->options.symbols,
		.deadline_ns = cpu_now_ns() + LOOK_MS * 1000000ull,
	};
	const char *cut = NULL;
	int err;

	if (!target->elf)
		target->elf = elf_look__new();
	if (!target->elf)
		return -ENOMEM;
	err = elf_look__arrays(target->elf, target->proc, &target->vmas, &options, list,
			       &row->header.symbol_misses, &cut);
	if (cut)
		process_moment__miss_names(row, "%s", cut);
	return err;
}

static int add_files(struct engine *engine, struct target *target, struct array_list *list,
		     struct process_moment *row)
{
	struct mapped_arrays_report report;
	int err;

	if (!target->data)
		target->data = mapped_arrays__new();
	if (!target->data)
		return -ENOMEM;
	err = mapped_arrays__add(target->data, target->proc, &target->vmas,
				 engine->options.array_min_bytes,
				 cpu_now_ns() + LOOK_MS * 1000000ull, list, &report);
	if (report.damaged)
		process_moment__miss_names(
			row, "arrays of %" PRIu64 " data files may be missing: see pagewatch file",
			report.damaged);
	if (report.dropped || report.files)
		process_moment__miss_names(row,
					   "%" PRIu64 " arrays and %" PRIu64
					   " whole files are left out: too many",
					   report.dropped, report.files);
	return err;
}

struct owner {
	uint64_t object;
	uint32_t id;
};

static int by_object(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;

	return (a->object > b->object) - (a->object < b->object);
}

static int set_owners(struct array_list *list)
{
	struct owner *objects = calloc(list->count + 1, sizeof(*objects)), *owner;
	size_t i, count = 0;

	if (!objects)
		return -ENOMEM;
	for (i = 0; i < list->count; i++) {
		if (list->arrays[i].object)
			objects[count++] =
				(struct owner){ list->arrays[i].object, list->arrays[i].id };
	}
	array_sort(objects, count, sizeof(*objects), by_object);
	for (i = 0; i < list->count; i++) {
		struct owner wanted = { .object = list->arrays[i].base_object };

		owner = array_find(&wanted, objects, wanted.object ? count : 0, sizeof(*objects),
				   by_object);
		if (owner)
			list->arrays[i].owner = owner->id;
	}
	free(objects);
	return 0;
}

void engine_free_arrays(struct array_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		array_desc__deinit(&list->arrays[i]);
	free(list->arrays);
	*list = (struct array_list){ 0 };
}

int engine_find_arrays(struct engine *engine, struct target *target, struct process_moment *row,
		       struct array_list *ret)
{
	const struct array_list *marks = engine->options.marks;
	int err = 0;

	progress_stage("looking for arrays", 0);
	if (marks)
		err = add_marks(marks, ret);
	if (!err)
		err = add_marks(&target->marks, ret);
	if (!err)
		err = add_elf(engine, target, ret, row);
	if (!err)
		err = add_files(engine, target, ret, row);
	if (!err)
		err = add_python(engine, target, ret, row);
	if (!err)
		err = array_ids__give(&target->ids, marks ? (uint32_t)marks->count + 1 : 1, ret);
	if (!err)
		err = set_owners(ret);
	row->header.ids_forgotten = target->ids.forgotten;
	return err;
}

static bool is_mapped(const struct vma_list *vmas, uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct vma *vma = vma_list__find(vmas, start);

		if (!vma)
			return false;
		start = vma->end;
	}
	return true;
}

bool engine_arrays_are_newer(const struct target *target, const struct array_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct array_desc *array = &list->arrays[i];

		if (array->source == ARRAY_PYTHON &&
		    !is_mapped(&target->vmas, array->start, array->end))
			return true;
	}
	return false;
}
