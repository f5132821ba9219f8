/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Joins the inventory by sweep and the names by walk; each array is read twice. */
#include "arrays/python/python.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/python/batch.h"
#include "arrays/python/buffer.h"
#include "arrays/python/find.h"
#include "arrays/python/interpreters.h"
#include "arrays/python/memory.h"
#include "arrays/python/numpy.h"
#include "arrays/python/scan.h"

#define BASES_MAX 64 /* from a view to what owns its memory */

static int read_buffers(struct scan *scan)
{
	const struct address_list *buffers = &scan->swept.buffers;
	size_t count = scan->ret->count, i;
	int err = 0;

	for (i = 0; !err && i < buffers->count && py_in_time(&scan->py); i++) {
		const struct py_type *type = py_type_of(&scan->py, buffers->addresses[i]);

		if (type && buffer_span(&scan->py, buffers->addresses[i], type->kind) >=
				    scan->options->min_bytes)
			err = scan_read(scan, buffers->addresses[i]);
		if (err != -ENOMEM && err != -ESRCH)
			err = 0;
	}
	if (scan->ret->count > count)
		scan_sort(scan);
	return err;
}

static int read_arrays(struct scan *scan)
{
	struct batch_reader reader = {
		.py = &scan->py,
		.numpy_major = scan->py.numpy_major,
		.min_bytes = scan->options->min_bytes,
		.add = scan_add,
		.ctx = scan,
	};
	int err;

	err = batch_read(&reader, scan->swept.arrays.addresses, scan->swept.arrays.count);
	scan->report->changing = reader.changing;
	if (!err)
		err = read_buffers(scan);
	scan->report->found = scan->unnamed = scan->ret->count - scan->first;
	return err;
}

/* The row behind a base: of the base itself, or of what a memoryview shows; else NULL. */
static const struct array_desc *row_behind(struct scan *scan, uint64_t base)
{
	int steps;

	for (steps = 0; base && steps < BASES_MAX; steps++) {
		const struct array_desc *array = scan_find(scan, base);
		const struct py_type *type = array ? NULL : py_type_of(&scan->py, base);

		if (array)
			return array;
		if (!type || type->kind != PY_MEMORYVIEW)
			return NULL;
		base = py_viewed(&scan->py, base);
	}
	return NULL;
}

/* A base that is not one of our rows owns the memory in its own way. */
static void resolve_owners(struct scan *scan)
{
	size_t i;
	int steps;

	for (i = scan->first; i < scan->ret->count; i++) {
		struct array_desc *array = &scan->ret->arrays[i];
		const struct array_desc *base = row_behind(scan, array->base_object);

		for (steps = 0; base && steps < BASES_MAX; steps++) {
			const struct array_desc *next = row_behind(scan, base->base_object);

			if (!next || next == base)
				break;
			base = next;
		}
		array->base_object = base && base != array ? base->object : 0;
	}
}

/* CPU time: results must not depend on what else the machine does. */
static uint64_t cpu_deadline(uint64_t milliseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + milliseconds * 1000000u;
}

static bool dtypes_fit(struct scan *scan, const char *runtime)
{
	const struct address_list *arrays = &scan->swept.arrays;
	struct python_report *report = scan->report;

	if (py_numpy_dtypes_fit(&scan->py, arrays->addresses, arrays->count, scan->py.numpy_major))
		return true;
	snprintf(report->unsupported, sizeof(report->unsupported),
		 "%s: its dtype objects have an unknown layout", runtime);
	scan->unnamed = 0;
	return false;
}

/* What an interrupted sweep has found is still read and named. */
static int find_and_name(struct scan *scan, const char *runtime)
{
	const char *cut;
	int err;

	if (scan->arenas.count)
		err = py_sweep(&scan->py, &scan->arenas, &scan->types, &scan->swept);
	else
		err = scan_collect(scan);
	cut = scan->py.cut;
	scan->py.cut = NULL;
	if (!err && dtypes_fit(scan, runtime))
		err = read_arrays(scan);
	if (!err)
		err = scan_name(scan);
	if (cut)
		scan->py.cut = cut;
	return err;
}

static void forget_arrays(struct scan *scan)
{
	while (scan->ret->count > scan->first)
		array_desc__deinit(&scan->ret->arrays[--scan->ret->count]);
	scan->swept.arrays.count = 0;
	scan->swept.buffers.count = 0;
	scan->left_out = false;
}

/* If the walk met a subclass that ndarray does not list, all pools are swept. */
static int look_at_arrays(struct scan *scan, const char *runtime)
{
	int err;

	err = py_row_types__find(&scan->types, &scan->py);
	if (!err)
		err = find_and_name(scan, runtime);
	if (!err && scan->left_out && py_in_time(&scan->py)) {
		forget_arrays(scan);
		py_row_types__set_all(&scan->types);
		err = find_and_name(scan, runtime);
	}
	if (!err)
		err = scan_name_rest(scan);
	if (!err)
		resolve_owners(scan);
	return err;
}

/* -ENOENT with a sentence in the report: this Python, or its numpy, is unknown. */
static int find_python(struct scan *scan, const struct proc *proc, const char *runtime)
{
	char *why = scan->report->unsupported;
	size_t size = sizeof(scan->report->unsupported);
	int err;

	err = py_find(&scan->py, proc, runtime, why, size);
	if (!err)
		err = py_find_numpy(&scan->py, runtime, &scan->py.numpy_major, why, size);
	if (err)
		return err;
	/* Types seen before numpy's was known were misclassified. */
	py_types__free(scan->py.types);
	scan->py.types = py_types__new();
	return scan->py.types ? 0 : -ENOMEM;
}

static int look_at_python(struct scan *scan, const struct proc *proc, const char *runtime)
{
	int err;

	err = find_python(scan, proc, runtime);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (py_interpreters_apart(&scan->py))
		scan->report->partial = "arrays of its other interpreters, which have their own "
					"allocators, are not found";
	err = py_arenas__find(&scan->arenas, &scan->py);
	/* Pages met during the search for arenas do not concern arrays. */
	if (!err)
		scan->swapped_before = memsrc__swapped(scan->py.memsrc);
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
	scan.py.deadline_ns = cpu_deadline(options->deadline_ms);
	scan.py.types = py_types__new();
	if (!scan.py.types)
		return -ENOMEM;
	err = look_at_python(&scan, proc, runtime);
	report->swapped = memsrc__swapped(memsrc) - scan.swapped_before;
	report->cut = scan.py.cut;
	free(scan.swept.arrays.addresses);
	free(scan.swept.buffers.addresses);
	py_arenas__deinit(&scan.arenas);
	py_row_types__deinit(&scan.types);
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
	if (strncmp(runtime, "CPython", 7))
		return 0;
	err = memsrc__open_live(proc, options->page_bytes, options->max_pages, &memsrc);
	if (!err)
		err = python_scan_memory(memsrc, proc, vmas, runtime, options, ret, report);
	memsrc__close(memsrc);
	return err;
}
