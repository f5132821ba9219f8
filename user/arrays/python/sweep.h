/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Every living ndarray, array.array and mmap.mmap, found by its type in the pools of
 * CPython's own allocator: complete, whoever holds it.
 */
#ifndef ARRAYS_PYTHON_SWEEP_H
#define ARRAYS_PYTHON_SWEEP_H

#include "arrays/python/arenas.h"

struct address_list {
	uint64_t *addresses;
	size_t count;
	size_t capacity;
};

struct py_swept {
	struct address_list arrays;
	struct address_list buffers; /* array.array, mmap.mmap */
};

/* Bit i: rows may lie in blocks of (i + 1) * 16 bytes. */
#define SWEEP_ALL_CLASSES 0xffffffffu

/* The sizes of blocks that can hold an object of these types, or of subclasses that they know. */
uint32_t py_array_classes(struct py *py);

/*
 * Adds the addresses of all such objects in blocks of these classes, in ascending order. 0,
 * -ENOMEM, -ESRCH.
 */
int py_sweep(struct py *py, const struct py_arenas *arenas, uint32_t classes, struct py_swept *ret);

/* Whether an object lies in a pool that a sweep of these classes has left out. */
bool py_sweep_left_out(struct py *py, const struct py_arenas *arenas, uint32_t classes,
		       uint64_t object);

#endif
