/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Every living ndarray, found by its type in the pools of CPython's own allocator: complete,
 * whoever holds it.
 */
#ifndef ARRAYS_PYTHON_SWEEP_H
#define ARRAYS_PYTHON_SWEEP_H

#include "arrays/python/reader.h"

struct address_list {
	uint64_t *addresses;
	size_t count;
	size_t capacity;
};

/* Adds the addresses of all ndarray objects. 0; -ENOENT: no pools were found; -ENOMEM, -ESRCH. */
int py_sweep(struct py *py, struct address_list *ret);

#endif
