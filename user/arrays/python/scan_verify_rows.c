/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Compares named arrays with what their rows say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/buffer.h"
#include "arrays/python/ndarray.h"
#include "arrays/python/scan.h"

#define BATCH 8192u

struct row {
	const struct array_desc *array;
	uint8_t *mark;
	struct ndarray_head head;
	bool read;
};

struct rows {
	struct scan *scan;
	size_t count;
	struct row rows[BATCH];
	struct memsrc_span spans[BATCH];
};

/* Lengths and strides are compared below. */
static bool same_head(struct scan *scan, const struct row *row)
{
	const struct array_desc *array = row->array;
	const struct ndarray_head *head = &row->head;
	struct ndarray_head then;

	return row->read && ndarray_lives(&scan->py, head) &&
	       !ndarray_head_read(&scan->py, array->object, &then) && head->type == then.type &&
	       head->descr == then.descr && ndarray_head_is(head, array);
}

static int gather_heads(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		struct row *row = &rows->rows[i];

		row->read = true;
		rows->spans[i] = (struct memsrc_span){ row->array->object, sizeof(row->head),
						       &row->head, &row->read };
	}
	return memsrc__gather(rows->scan->py.memsrc, rows->spans, rows->count);
}

static int recheck_dims(struct rechecks *rechecks, const struct row *row)
{
	const size_t bytes = row->array->shape->ndim * sizeof(int64_t);
	const int64_t *dims = row->array->shape->dims;
	struct recheck recheck = { .address = row->head.dims,
				   .then = dims,
				   .bytes = bytes,
				   .how = RECHECK_SAME,
				   .mark = row->mark };
	int err;

	if (!bytes)
		return 0;
	if (row->head.strides == row->head.dims + bytes)
		recheck.bytes = 2 * bytes;
	err = rechecks__add(rechecks, &recheck);
	if (err || recheck.bytes != bytes)
		return err;
	recheck.address = row->head.strides;
	recheck.then = dims + row->array->shape->ndim;
	return rechecks__add(rechecks, &recheck);
}

static int verify_batch(struct rows *rows, struct rechecks *rechecks)
{
	size_t i;
	int err = gather_heads(rows);

	for (i = 0; !err && i < rows->count; i++) {
		if (same_head(rows->scan, &rows->rows[i]))
			err = recheck_dims(rechecks, &rows->rows[i]);
		else
			*rows->rows[i].mark |= RECHECK_WRONG;
	}
	rows->count = 0;
	return err ? err : rechecks__check(rechecks);
}

/* Only a few, each by itself. */
static int verify_buffer(struct scan *scan, const struct array_desc *array, uint8_t *mark)
{
	const struct py_type *type = py_type_of(&scan->py, array->object);
	struct array_desc now = { 0 };
	int err;

	err = type ? buffer_read(&scan->py, array->object, type->kind, &now) : -EINVAL;
	if (err || now.start != array->start || now.end != array->end)
		*mark |= RECHECK_WRONG;
	if (!err)
		array_desc__deinit(&now);
	return py_walk_goes_on(err);
}

static int verify_rows(struct rows *rows, struct rechecks *rechecks, uint8_t *marks)
{
	struct scan *scan = rows->scan;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < scan->ret->count - scan->first; i++) {
		const struct array_desc *array = &scan->ret->arrays[scan->first + i];
		const struct py_type *type;

		if (!(marks[i] & RECHECK_WANTED))
			continue;
		type = py_type_of(&scan->py, array->object);
		if (!type || type->kind != PY_NDARRAY) {
			err = verify_buffer(scan, array, &marks[i]);
			continue;
		}
		if (rows->count == BATCH)
			err = verify_batch(rows, rechecks);
		rows->rows[rows->count].array = array;
		rows->rows[rows->count++].mark = &marks[i];
	}
	return err ? err : verify_batch(rows, rechecks);
}

/* Reads the row anew, at the same place; on -errno it is unchanged. */
static int read_row(struct scan *scan, struct array_desc *array)
{
	const struct py_type *type = py_type_of(&scan->py, array->object);
	struct array_desc now = { 0 };
	int err = -EINVAL;

	if (type && type->kind == PY_NDARRAY)
		err = ndarray_read(&scan->py, array->object, scan->py.numpy_major, &now);
	else if (type)
		err = buffer_read(&scan->py, array->object, type->kind, &now);
	if (!err && now.end - now.start < scan->options->min_bytes)
		err = -EAGAIN;
	if (err) {
		array_desc__deinit(&now);
		return err;
	}
	now.name = array->name;
	now.aliases = array->aliases;
	now.alias_count = array->alias_count;
	now.alias_total = array->alias_total;
	array->name = NULL;
	array->aliases = NULL;
	array->alias_count = 0;
	array_desc__deinit(array);
	*array = now;
	return 0;
}

int scan_read_changed(struct scan *scan, const uint8_t *marks)
{
	size_t first = scan->first, kept = first, i;
	int err = 0, failed;

	for (i = first; i < scan->ret->count; i++) {
		struct array_desc *array = &scan->ret->arrays[i];

		failed = !err && marks[i - first] & RECHECK_WRONG ? read_row(scan, array) : 0;
		if (!err)
			err = py_walk_goes_on(failed);
		if (!failed) {
			scan->ret->arrays[kept++] = *array;
			continue;
		}
		scan->report->changing++;
		scan->report->found--;
		scan->unnamed -= !array->name;
		array_desc__deinit(array);
	}
	scan->ret->count = kept;
	return err;
}

int scan_verify_rows(struct scan *scan, struct rechecks *rechecks, uint8_t *marks)
{
	struct rows *rows = malloc(sizeof(*rows));
	int err;

	if (!rows)
		return -ENOMEM;
	rows->scan = scan;
	rows->count = 0;
	err = verify_rows(rows, rechecks, marks);
	free(rows);
	return err;
}
