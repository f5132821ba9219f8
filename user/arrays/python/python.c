/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The inventory by sweep, the names by walk, each array read twice: joined. */
#include "arrays/python/python.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/python/batch.h"
#include "arrays/python/find.h"
#include "arrays/python/interpreters.h"
#include "arrays/python/numpy.h"
#include "arrays/python/sweep.h"
#include "arrays/python/walk.h"
#include "base/array.h"

#define ALIASES_MAX 8u
#define ARRAYS_MAX 200000u /* some 400 bytes each, with its name */

struct scan {
	struct py py;
	struct py_walk walk;
	const struct python_options *options;
	struct py_arenas arenas;
	uint32_t classes; /* of blocks that were swept */
	bool left_out;	  /* the walk met an array in another */
	struct address_list swept;
	uint32_t numpy_major;
	struct array_list *ret;
	size_t first;	/* of ret that is ours */
	size_t unnamed; /* still without a name */
	struct python_report *report;
};

/* Ours are in the order of their objects' addresses. */
static struct array_desc *find_array(struct scan *scan, uint64_t object)
{
	size_t low = scan->first, high = scan->ret->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scan->ret->arrays[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < scan->ret->count && scan->ret->arrays[low].object == object)
		return &scan->ret->arrays[low];
	return NULL;
}

static int add_alias(struct array_desc *array, char *name)
{
	size_t capacity = array->alias_count;

	if (array->alias_count >= ALIASES_MAX) {
		free(name);
		return 0;
	}
	if (array_reserve((void **)&array->aliases, &capacity, array->alias_count + 1,
			  sizeof(*array->aliases))) {
		free(name);
		return -ENOMEM;
	}
	array->aliases[array->alias_count++] = name;
	return 0;
}

/* The walk met an ndarray. The first way to it is the shortest: that is its name. */
static int on_found(void *ctx, uint64_t object, size_t node)
{
	struct scan *scan = ctx;
	struct array_desc *array = find_array(scan, object);
	char *name;

	if (!array) {
		scan->left_out |=
			py_sweep_left_out(&scan->py, &scan->arenas, scan->classes, object);
		return 0;
	}
	name = py_walk__name(&scan->walk, node);
	if (!name)
		return -ENOMEM;
	if (array->name)
		return add_alias(array, name);
	array->name = name;
	scan->unnamed--;
	return 0;
}

static int add_array(void *ctx, struct array_desc *array)
{
	struct scan *scan = ctx;
	struct array_list *list = scan->ret;
	int err = 0;

	if (list->count - scan->first >= ARRAYS_MAX)
		scan->py.cut = "too many arrays";
	else
		err = array_reserve((void **)&list->arrays, &list->capacity, list->count + 1,
				    sizeof(*list->arrays));
	if (err || scan->py.cut)
		array_desc__deinit(array);
	else
		list->arrays[list->count++] = *array;
	return err;
}

static int read_arrays(struct scan *scan)
{
	struct batch_reader reader = {
		.py = &scan->py,
		.numpy_major = scan->numpy_major,
		.min_bytes = scan->options->min_bytes,
		.add = add_array,
		.ctx = scan,
	};
	int err = batch_read(&reader, scan->swept.addresses, scan->swept.count);

	scan->report->changing = reader.changing;
	scan->report->found = scan->unnamed = scan->ret->count - scan->first;
	return err;
}

/* Frames and __main__ first: what they call an array is what its author calls it. */
static int walk_all(struct scan *scan)
{
	struct py_walk *walk = &scan->walk;
	int err;

	err = py_walk__add_module(walk, "__main__");
	if (!err)
		err = py_walk__add_frames(walk);
	if (!err)
		err = py_walk__run(walk);
	if (!err && scan->unnamed)
		err = py_walk__add_other_modules(walk);
	if (!err && scan->unnamed)
		err = py_walk__run(walk);
	if (!err && scan->unnamed)
		err = py_walk__add_other_interpreters(walk);
	if (!err && scan->unnamed)
		err = py_walk__run(walk);
	return err;
}

static int walk(struct scan *scan, int (*found)(void *, uint64_t, size_t))
{
	int err;

	if (!scan->unnamed)
		return 0;
	err = py_walk__init(&scan->walk, &scan->py);
	if (err)
		return err;
	scan->walk.found = found;
	scan->walk.ctx = scan;
	err = walk_all(scan);
	py_walk__deinit(&scan->walk);
	return err;
}

static int on_met(void *ctx, uint64_t object, size_t node)
{
	struct scan *scan = ctx;
	struct address_list *swept = &scan->swept;

	(void)node;
	if (array_reserve((void **)&swept->addresses, &swept->capacity, swept->count + 1,
			  sizeof(*swept->addresses)))
		return -ENOMEM;
	swept->addresses[swept->count++] = object;
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* No pools to sweep: what the walk meets is all there is to know; each array once. */
static int collect_by_walk(struct scan *scan)
{
	struct address_list *swept = &scan->swept;
	size_t i, kept = 0;
	int err;

	scan->report->partial =
		"this Python does not use its own allocator: only arrays that names "
		"lead to are found";
	scan->unnamed = SIZE_MAX; /* all ways, to their end */
	err = walk(scan, on_met);
	if (swept->count)
		qsort(swept->addresses, swept->count, sizeof(*swept->addresses), by_address);
	for (i = 0; i < swept->count; i++) {
		if (!kept || swept->addresses[i] != swept->addresses[kept - 1])
			swept->addresses[kept++] = swept->addresses[i];
	}
	swept->count = kept;
	return err;
}

static int name_the_rest(struct scan *scan)
{
	size_t i;

	for (i = scan->first; i < scan->ret->count; i++) {
		struct array_desc *array = &scan->ret->arrays[i];

		if (!array->name)
			array->name = strdup("<unnamed>");
		if (!array->name)
			return -ENOMEM;
	}
	scan->report->unnamed = scan->unnamed;
	return 0;
}

/* A base that is no array of ours owns the memory in its own way: a buffer, an mmap. */
static void resolve_owners(struct scan *scan)
{
	size_t i;
	int steps;

	for (i = scan->first; i < scan->ret->count; i++) {
		struct array_desc *array = &scan->ret->arrays[i];
		const struct array_desc *base = find_array(scan, array->base_object);

		for (steps = 0; base && steps < 64; steps++) {
			const struct array_desc *next = find_array(scan, base->base_object);

			if (!next || next == base)
				break;
			base = next;
		}
		array->base_object = base && base != array ? base->object : 0;
	}
}

static uint64_t deadline(uint64_t milliseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + milliseconds * 1000000u;
}

static bool dtypes_fit(struct scan *scan, const char *runtime)
{
	struct python_report *report = scan->report;

	if (py_numpy_dtypes_fit(&scan->py, scan->swept.addresses, scan->swept.count,
				scan->numpy_major))
		return true;
	snprintf(report->unsupported, sizeof(report->unsupported),
		 "%s: the dtypes of its arrays are laid out in a way that is not known", runtime);
	scan->unnamed = 0;
	return false;
}

/* What a sweep that was cut short has found is read and named all the same, as far as it goes. */
static int find_and_name(struct scan *scan, const char *runtime)
{
	const char *cut;
	int err;

	if (scan->arenas.count)
		err = py_sweep(&scan->py, &scan->arenas, scan->classes, &scan->swept);
	else
		err = collect_by_walk(scan);
	cut = scan->py.cut;
	scan->py.cut = NULL;
	if (!err && dtypes_fit(scan, runtime))
		err = read_arrays(scan);
	if (!err)
		err = walk(scan, on_found);
	if (cut)
		scan->py.cut = cut;
	return err;
}

static void forget_arrays(struct scan *scan)
{
	while (scan->ret->count > scan->first)
		array_desc__deinit(&scan->ret->arrays[--scan->ret->count]);
	scan->swept.count = 0;
}

/* A subclass that ndarray does not know of shows itself to the walk: then all pools are swept. */
static int look_at_arrays(struct scan *scan, const char *runtime)
{
	int err;

	scan->classes = py_array_classes(&scan->py);
	err = find_and_name(scan, runtime);
	if (!err && scan->left_out && py_in_time(&scan->py)) {
		forget_arrays(scan);
		scan->classes = SWEEP_ALL_CLASSES;
		err = find_and_name(scan, runtime);
	}
	if (!err)
		err = name_the_rest(scan);
	if (!err)
		resolve_owners(scan);
	return err;
}

/* -ENOENT with a sentence in the report: this Python, or its numpy, is not one we know. */
static int find(struct scan *scan, const struct proc *proc, const char *runtime)
{
	char *why = scan->report->unsupported;
	size_t size = sizeof(scan->report->unsupported);
	int err;

	err = py_find(&scan->py, proc, runtime, why, size);
	if (!err)
		err = py_find_numpy(&scan->py, runtime, &scan->numpy_major, why, size);
	if (err)
		return err;
	/* Types seen before numpy's was known were taken for others. */
	py_types__free(scan->py.types);
	scan->py.types = py_types__new();
	return scan->py.types ? 0 : -ENOMEM;
}

static int look(struct scan *scan, const struct proc *proc, const char *runtime)
{
	int err;

	err = find(scan, proc, runtime);
	if (err || !scan->py.ndarray_type)
		return err == -ENOENT ? 0 : err;
	if (py_interpreters_apart(&scan->py))
		scan->report->partial = "arrays of its other interpreters, which have allocators "
					"of their own, are not found";
	err = py_arenas__find(&scan->arenas, &scan->py);
	return err && err != -ENOENT ? err : look_at_arrays(scan, runtime);
}

int python_scan_memory(struct memsrc *memsrc, const struct proc *proc, const struct vma_list *vmas,
		       const char *runtime, const struct python_options *options,
		       struct array_list *ret, struct python_report *report)
{
	struct scan scan = { .options = options, .ret = ret, .first = ret->count, .report = report };
	int err;

	memset(report, 0, sizeof(*report));
	scan.py.memsrc = memsrc;
	scan.py.vmas = vmas;
	scan.py.page_bytes = options->page_bytes;
	scan.py.deadline_ns = deadline(options->deadline_ms);
	scan.py.types = py_types__new();
	if (!scan.py.types)
		return -ENOMEM;
	err = look(&scan, proc, runtime);
	report->refused = memsrc__refused(memsrc);
	report->cut = scan.py.cut;
	free(scan.swept.addresses);
	py_arenas__deinit(&scan.arenas);
	py_types__free(scan.py.types);
	return err;
}

int python_scan(const struct proc *proc, const struct vma_list *vmas, const char *runtime,
		const struct python_options *options, struct array_list *ret,
		struct python_report *report)
{
	struct memsrc *memsrc = NULL;
	int err;

	memset(report, 0, sizeof(*report));
	if (!strncmp(runtime, "PyPy", 4) || !strncmp(runtime, "GraalPy", 7))
		snprintf(report->unsupported, sizeof(report->unsupported),
			 "%s: only CPython's arrays can be found", runtime);
	if (strncmp(runtime, "CPython", 7) || !strstr(runtime, "numpy"))
		return 0;
	err = memsrc__open_live(proc, options->page_bytes, options->max_pages, &memsrc);
	if (!err)
		err = python_scan_memory(memsrc, proc, vmas, runtime, options, ret, report);
	memsrc__close(memsrc);
	return err;
}
