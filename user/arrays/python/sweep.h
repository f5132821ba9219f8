/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Every live ndarray, array.array and mmap.mmap, found by type in the pools of CPython's own
 * allocator: complete, whoever holds it.
 */
#ifndef ARRAYS_PYTHON_SWEEP_H
#define ARRAYS_PYTHON_SWEEP_H

#include "arrays/python/arenas.h"
#include "arrays/python/row_types.h"

struct address_list {
	uint64_t *addresses;
	size_t count;
	size_t capacity;
};

struct py_swept {
	struct address_list arrays;
	struct address_list buffers; /* array.array, mmap.mmap */
};

/* Adds the addresses of all such objects of these types, in ascending order. 0, -ENOMEM, -ESRCH. */
int py_sweep(struct py *py, const struct py_arenas *arenas, const struct py_row_types *types,
	     struct py_swept *ret);

/* Whether an object in the pools is one that a sweep for these types must have missed. */
bool py_sweep_left_out(struct py *py, const struct py_arenas *arenas,
		       const struct py_row_types *types, uint64_t object);

#endif
