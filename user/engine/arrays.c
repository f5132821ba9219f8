/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which arrays a target has: the ranges it was given, and what the array sources find. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/elf_objects.h"
#include "arrays/python/python.h"
#include "base/array.h"
#include "engine/priv.h"
#include "model/rows.h"

/* PYTHON.md's budget: enough for a million objects, and never noticed by a person. */
#define LOOK_MS 2000u
#define LOOK_BYTES (256ull << 20)

static int add_marks(const struct engine *engine, struct array_list *list)
{
	const struct array_list *marks = engine->options.marks;
	size_t count = marks ? marks->count : 0, i;

	if (array_reserve((void **)&list->arrays, &list->capacity, count, sizeof(*list->arrays)))
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct array_desc mark = marks->arrays[i];

		mark.name = strdup(mark.name);
		if (!mark.name)
			return -ENOMEM;
		list->arrays[list->count++] = mark;
	}
	return 0;
}

static void tell_missing(const struct python_report *report, char *text, size_t size)
{
	text[0] = '\0';
	if (*report->unsupported)
		snprintf(text, size, "%s", report->unsupported);
	else if (report->cut)
		snprintf(text, size, "arrays may be missing: %s", report->cut);
	else if (report->changing)
		snprintf(text, size, "%zu arrays changed while they were read", report->changing);
}

static int add_python(struct engine *engine, struct target *target, struct array_list *list,
		      struct process_snapshot *row)
{
	const struct python_options options = {
		.page_bytes = engine->environment.page_bytes,
		.min_bytes = engine->options.array_min_bytes,
		.deadline_ms = LOOK_MS,
		.max_pages = LOOK_BYTES / engine->environment.page_bytes,
	};
	struct python_report report;
	int err;

	if (!engine->options.want_python)
		return 0;
	err = python_scan(target->proc, &target->vmas, target->facts.runtime, &options, list,
			  &report);
	if (err == -EACCES || err == -EPERM) {
		snprintf(row->names_missing, sizeof(row->names_missing),
			 "not allowed to read its memory: arrays have no names");
		return 0;
	}
	tell_missing(&report, row->names_missing, sizeof(row->names_missing));
	return err;
}

/* A copy of what was found when the mappings last changed. */
static int add_elf(struct engine *engine, struct target *target, struct array_list *list)
{
	uint64_t min_bytes = engine->options.array_min_bytes;
	size_t i;
	int err = 0;

	if (target->elf_vmas != target->vmas.count) {
		engine_forget_elf(target);
		err = elf_objects_find(target->proc, &target->vmas, engine->environment.page_bytes,
				       min_bytes ? min_bytes : 1, &target->elf);
		target->elf_vmas = target->vmas.count;
	}
	if (!err)
		err = array_reserve((void **)&list->arrays, &list->capacity,
				    list->count + target->elf.count, sizeof(*list->arrays));
	for (i = 0; !err && i < target->elf.count; i++) {
		struct array_desc array = target->elf.arrays[i];

		array.name = strdup(array.name);
		if (!array.name)
			return -ENOMEM;
		list->arrays[list->count++] = array;
	}
	return err;
}

void engine_forget_elf(struct target *target)
{
	size_t i;

	for (i = 0; i < target->elf.count; i++)
		array_desc__deinit(&target->elf.arrays[i]);
	free(target->elf.arrays);
	target->elf = (struct array_list){ 0 };
}

static struct known_array *find_known(struct target *target, uint64_t object, uint64_t data)
{
	size_t i;

	for (i = 0; i < target->known_count; i++) {
		if (target->known[i].object == object && target->known[i].data == data)
			return &target->known[i];
	}
	return NULL;
}

static int give_id(struct engine *engine, struct target *target, struct array_desc *array)
{
	uint64_t data = array->shape ? array->shape->data : array->start;
	struct known_array *known = find_known(target, array->object, data);
	size_t marks = engine->options.marks ? engine->options.marks->count : 0;

	if (!array->object)
		return 0;
	if (!known) {
		if (array_reserve((void **)&target->known, &target->known_capacity,
				  target->known_count + 1, sizeof(*target->known)))
			return -ENOMEM;
		known = &target->known[target->known_count++];
		*known = (struct known_array){ array->object, data,
					       (uint32_t)(marks + target->known_count) };
	}
	array->id = known->id;
	return 0;
}

static void set_owners(struct array_list *list)
{
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		uint64_t object = list->arrays[i].base_object;

		for (j = 0; object && j < list->count; j++) {
			if (list->arrays[j].object == object)
				list->arrays[i].owner = list->arrays[j].id;
		}
	}
}

/* The rows take the arrays over. */
static int make_rows(struct engine *engine, struct target *target, const struct tally_input *input,
		     struct array_list *list, struct process_snapshot *row)
{
	size_t i;
	int err = 0;

	row->arrays = calloc(list->count + 1, sizeof(*row->arrays));
	if (!row->arrays)
		return -ENOMEM;
	for (i = 0; i < list->count; i++)
		row->arrays[i].desc = list->arrays[i];
	row->array_count = list->count;
	list->count = 0;
	for (i = 0; !err && i < row->array_count; i++)
		err = row_fill_array(input, &target->vmas, engine->options.heat_cells,
				     &row->arrays[i]);
	return err;
}

int engine_fill_arrays(struct engine *engine, struct target *target,
		       const struct tally_input *input, struct process_snapshot *row)
{
	struct array_list list = { 0 };
	size_t i;
	int err;

	err = add_marks(engine, &list);
	if (!err)
		err = add_elf(engine, target, &list);
	if (!err)
		err = add_python(engine, target, &list, row);
	for (i = 0; !err && i < list.count; i++)
		err = give_id(engine, target, &list.arrays[i]);
	if (!err) {
		set_owners(&list);
		err = make_rows(engine, target, input, &list, row);
	}
	for (i = 0; i < list.count; i++)
		array_desc__deinit(&list.arrays[i]);
	free(list.arrays);
	return err;
}
