/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* For a Python that does not use its own allocator: only what names lead to can be found. */
#include <errno.h>
#include <stdlib.h>

#include "arrays/python/memory.h"
#include "arrays/python/scan.h"
#include "base/array.h"

static int on_met(void *ctx, uint64_t object, size_t node)
{
	struct scan *scan = ctx;
	const struct py_type *type = py_type_of(&scan->py, object);
	struct address_list *list = type && type->kind == PY_NDARRAY ? &scan->swept.arrays
								     : &scan->swept.buffers;

	(void)node;
	/* Objects that are never swept are found when names are given. */
	if (!type || py_is_walked(type->kind))
		return 0;
	if (array_reserve((void **)&list->addresses, &list->capacity, list->count + 1,
			  sizeof(*list->addresses)))
		return -ENOMEM;
	list->addresses[list->count++] = object;
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Many ways may lead to one object. */
static void keep_one_of_each(struct address_list *list)
{
	size_t i, kept = 0;

	if (list->count)
		array_sort(list->addresses, list->count, sizeof(*list->addresses), by_address);
	for (i = 0; i < list->count; i++) {
		if (!kept || list->addresses[i] != list->addresses[kept - 1])
			list->addresses[kept++] = list->addresses[i];
	}
	list->count = kept;
}

int scan_collect(struct scan *scan)
{
	int err = py_walk__init(&scan->walk, &scan->py);

	scan->report->partial =
		"this Python does not use its own allocator: only arrays that have names are found";
	scan->walk.found = on_met;
	scan->walk.ctx = scan;
	scan->walk.walked_min_bytes = scan->options->min_bytes;
	scan->unnamed = SIZE_MAX; /* all ways, to their end */
	scan->verified = true;	  /* there are no rows yet */
	if (!err)
		err = scan_walk(scan);
	py_walk__deinit(&scan->walk);
	keep_one_of_each(&scan->swept.arrays);
	keep_one_of_each(&scan->swept.buffers);
	return err;
}
