/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The labels of a DataFrame's columns: a range, an ndarray, or strings in Arrow's memory. */
#ifndef ARRAYS_PYTHON_PANDAS_LABELS_H
#define ARRAYS_PYTHON_PANDAS_LABELS_H

#include "arrays/python/pandas_arrow.h"
#include "arrays/python/reader.h"
#include "base/text.h"

bool py_is_ndarray(struct py *py, uint64_t object);

/* The first word of an object's body that points to such an object, or 0. */
uint64_t py_find_in_body(struct py *py, uint64_t object, bool (*fits)(struct py *, uint64_t));

/* A one-dimensional array of int64 or of objects. */
struct py_vector {
	uint64_t data;
	int64_t stride;
	uint64_t count;
	bool objects;
};

/* 0, or -EINVAL: another kind of ndarray. The word at an index; -ENOENT after the end. */
int py_vector_read(struct py *py, uint64_t ndarray, struct py_vector *ret);
int py_vector_get(struct py *py, const struct py_vector *vector, uint64_t index, uint64_t *ret);

struct py_labels {
	struct py_vector vector;
	struct py_arrow_strings arrow;
	int64_t first;
	int64_t step;
	bool counted;
	bool in_arrow;
	bool known;
};

/* Of an Index. */
void py_labels_read(struct py *py, uint64_t index, struct py_labels *ret);

/* Appends the label of a column: "'a'", "7"; "?" if it cannot be read. */
void py_put_label(struct py *py, const struct py_labels *labels, uint64_t column,
		  struct text_buffer *text);

#endif
