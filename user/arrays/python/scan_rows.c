/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The rows of a search, in the order of their objects. */
#include <errno.h>
#include <stdlib.h>

#include "arrays/python/buffer.h"
#include "arrays/python/scan.h"
#include "base/array.h"
#include "base/sorted.h"

#define ARRAYS_MAX 200000u /* some 400 bytes each, with its name */

struct array_desc *scan_find(struct scan *scan, uint64_t object)
{
	struct array_desc *ours = scan->ret->arrays + scan->first;
	size_t count = scan->ret->count - scan->first, i = scan->next_row;

	/* Objects that were made one after the other are often looked for in that order. */
	if (i >= count || ours[i].object != object)
		i = sorted_at_least(ours, count, sizeof(*ours), offsetof(struct array_desc, object),
				    object);
	scan->next_row = i + 1;
	return i < count && ours[i].object == object ? &ours[i] : NULL;
}

int scan_add(void *ctx, struct array_desc *array)
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

int scan_read(struct scan *scan, uint64_t object)
{
	const struct py_type *type = py_type_of(&scan->py, object);
	struct array_desc array = { 0 };
	size_t count = scan->ret->count;
	int err;

	err = type ? buffer_read(&scan->py, object, type->kind, &array) : -EINVAL;
	if (err == -ENOMEM || err == -ESRCH)
		return err;
	if (!err)
		err = scan_add(scan, &array);
	else
		scan->report->changing++;
	return err || scan->ret->count > count ? err : -EAGAIN;
}

static int by_object(const void *left, const void *right)
{
	const struct array_desc *a = left, *b = right;

	return (a->object > b->object) - (a->object < b->object);
}

void scan_sort(struct scan *scan)
{
	size_t count = scan->ret->count - scan->first;

	array_sort(scan->ret->arrays + scan->first, count, sizeof(*scan->ret->arrays), by_object);
}
