/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Joins what the walk finds with what the sweep has found. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/buffer.h"
#include "arrays/python/memory.h"
#include "arrays/python/name.h"
#include "arrays/python/scan.h"
#include "arrays/python/walk.h"
#include "base/array.h"
#include "collect/proc/maps.h"

#define ALIASES_MAX 8u
#define NO_NODE SIZE_MAX

/* Takes the name over. */
static int add_alias(struct array_desc *array, char *name)
{
	size_t capacity = array->alias_count;

	if (array_reserve((void **)&array->aliases, &capacity, array->alias_count + 1,
			  sizeof(*array->aliases))) {
		free(name);
		return -ENOMEM;
	}
	array->aliases[array->alias_count++] = name;
	return 0;
}

/* The first way is the shortest, so it is the name. The others are counted, and some are listed. */
static int add_name(struct scan *scan, struct array_desc *array, size_t node)
{
	char *name;
	int err = 0;

	if (array->name)
		array->alias_total++;
	if (array->alias_count >= ALIASES_MAX)
		return 0;
	name = py_walk__name(&scan->walk, node);
	if (!name)
		return -ENOMEM;
	if (array->name)
		err = add_alias(array, name);
	else
		array->name = name;
	return err ? err : scan_note_name(scan, array->object, node, name);
}

static int add_way(struct scan *scan, uint64_t object, size_t node)
{
	if (array_reserve((void **)&scan->ways, &scan->way_capacity, scan->way_count + 1,
			  sizeof(*scan->ways)))
		return -ENOMEM;
	scan->ways[scan->way_count++] = (struct way){ object, node };
	return 0;
}

/* The walk met an object that is a row, known from the sweep or only now. */
static int on_found(void *ctx, uint64_t object, size_t node)
{
	struct scan *scan = ctx;
	struct array_desc *array = scan_find(scan, object);
	const struct py_type *type;

	if (array) {
		scan->unnamed -= !array->name;
		return add_name(scan, array, node);
	}
	type = py_type_of(&scan->py, object);
	if (type && py_is_walked(type->kind))
		return add_way(scan, object, node);
	scan->left_out |= py_sweep_left_out(&scan->py, &scan->arenas, &scan->types, object);
	return 0;
}

/* An object that a view shows is a row, even if nothing else leads to it. */
static int add_viewed(struct scan *scan)
{
	size_t i;
	int err = 0;

	for (i = scan->first; !err && i < scan->ret->count && py_in_time(&scan->py); i++) {
		uint64_t base = scan->ret->arrays[i].base_object;
		const struct py_type *type = base ? py_type_of(&scan->py, base) : NULL;

		if (type && type->kind == PY_MEMORYVIEW) {
			base = py_viewed(&scan->py, base);
			type = py_type_of(&scan->py, base);
		}
		if (type && py_is_walked(type->kind) &&
		    buffer_span(&scan->py, base, type->kind) >= scan->walk.walked_min_bytes)
			err = add_way(scan, base, NO_NODE);
	}
	return err;
}

/* __main__ and frames first: their names for an array are its author's. */
int scan_walk(struct scan *scan)
{
	struct py_walk *walk = &scan->walk;
	int err, turn;

	err = py_walk__add_main(walk);
	if (!err)
		err = py_walk__add_notebook(walk);
	if (!err)
		err = py_walk__add_frames(walk);
	if (!err)
		err = py_walk__run(walk);
	if (!err)
		err = py_walk__run_later(walk, PY_LATER_VALUES);
	/* At once: in a busy target, what was read longer ago is more likely to have changed. */
	if (!err)
		err = scan_verify(scan);
	if (err || !scan->unnamed)
		return err;
	err = py_walk__add_other_modules(walk);
	if (!err)
		err = py_walk__run(walk);
	for (turn = 0; !err && turn < PY_LATERS; turn++)
		err = py_walk__run_later(walk, (enum py_turn)turn);
	if (!err && scan->unnamed)
		err = py_walk__add_other_interpreters(walk);
	if (!err && scan->unnamed)
		err = py_walk__run(walk);
	return err;
}

static int by_object_then_node(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* An object that was not swept becomes a row once all ways to it are known. */
static int add_walked(struct scan *scan)
{
	uint64_t last = 0;
	bool added = false;
	size_t i;
	int err = 0;

	if (scan->way_count)
		array_sort(scan->ways, scan->way_count, sizeof(*scan->ways), by_object_then_node);
	for (i = 0; !err && i < scan->way_count; i++) {
		if (scan->ways[i].object != last) {
			last = scan->ways[i].object;
			err = scan_read(scan, last);
			added = !err;
			scan->report->found += added;
			scan->unnamed += added && scan->ways[i].node == NO_NODE;
			if (err != -ENOMEM && err != -ESRCH)
				err = 0;
		}
		if (!err && added && scan->ways[i].node != NO_NODE)
			err = add_name(scan, &scan->ret->arrays[scan->ret->count - 1],
				       scan->ways[i].node);
	}
	if (scan->way_count)
		scan_sort(scan);
	return err;
}

int scan_name(struct scan *scan)
{
	int err = py_walk__init(&scan->walk, &scan->py);

	scan->verified = false;
	if (scan->options->max_links)
		scan->walk.links.limit = scan->options->max_links;
	scan->walk.found = on_found;
	scan->walk.ctx = scan;
	scan->walk.walked_min_bytes = scan->options->min_bytes > scan->options->page_bytes
					      ? scan->options->min_bytes
					      : scan->options->page_bytes;
	if (!err)
		err = scan_walk(scan);
	if (!err)
		err = add_viewed(scan);
	if (!err)
		err = add_walked(scan);
	if (!err)
		err = scan_verify(scan);
	scan_forget_names(scan);
	py_walk__deinit(&scan->walk);
	free(scan->ways);
	scan->ways = NULL;
	scan->way_count = scan->way_capacity = 0;
	return err;
}

/* A mapped file is one more name of an mmap, and the only one if nothing holds it by name. */
static int name_mapped_file(struct scan *scan, struct array_desc *array)
{
	const struct vma *vma;
	char *name;

	if (strcmp(array->shape->dtype, "mmap"))
		return 0;
	vma = vma_list__find(scan->py.vmas, array->start);
	if (!vma || !vma->inode || !*vma->path || !strncmp(vma->path, "/dev/zero", 9))
		return 0;
	if (asprintf(&name, "<mmap of %s>", vma->path) < 0)
		return -ENOMEM;
	if (!array->name) {
		array->name = name;
		return 0;
	}
	array->alias_total++;
	if (array->alias_count < ALIASES_MAX)
		return add_alias(array, name);
	free(name);
	return 0;
}

int scan_name_rest(struct scan *scan)
{
	size_t i;
	int err;

	for (i = scan->first; i < scan->ret->count; i++) {
		struct array_desc *array = &scan->ret->arrays[i];

		err = name_mapped_file(scan, array);
		if (err)
			return err;
		if (!array->name)
			array->name = strdup("<unnamed>");
		if (!array->name)
			return -ENOMEM;
	}
	scan->report->unnamed = scan->unnamed;
	return 0;
}
