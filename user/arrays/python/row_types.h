/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The types whose objects a sweep looks for: ndarray, array.array, mmap.mmap, with all subclasses.
 */
#ifndef ARRAYS_PYTHON_ROW_TYPES_H
#define ARRAYS_PYTHON_ROW_TYPES_H

#include "arrays/python/address_set.h"
#include "arrays/python/reader.h"

struct py_row_types {
	bool all;	   /* they could not be listed: check every object's type */
	uint32_t classes;  /* bit i: their objects may be in blocks of (i + 1) * 16 bytes */
	uint64_t smallest; /* object, in bytes */
	struct address_set types;
};

/* Lists them by what each class knows of its subclasses. 0 or -ENOMEM. */
int py_row_types__find(struct py_row_types *types, struct py *py);

/* Instead of a list: any type of any size. */
void py_row_types__set_all(struct py_row_types *types);
void py_row_types__deinit(struct py_row_types *types);

#endif
