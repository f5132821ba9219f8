/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which objects become rows: ndarrays, and what else owns memory.
 */
#ifndef ARRAYS_PYTHON_MEMORY_H
#define ARRAYS_PYTHON_MEMORY_H

#include "arrays/python/reader.h"

/* Whether objects of this kind are swept for, and become rows. */
bool py_is_swept(enum py_kind kind);

/*
 * bytes and str, which lie outside the pools where they are large, and bytearray, whose heads lie
 * among those of all dicts and tuples: rows where the walk, or a view of them, leads to them.
 */
bool py_is_walked(enum py_kind kind);

/*
 * Whether a living holder of memory, of a type that was read, begins before bytes behind the
 * start of a block of the allocator.
 */
bool py_begins_at(struct py *py, const struct py_type *type, uint64_t object, uint64_t before);

/* The object whose buffer a memoryview shows, or 0. */
uint64_t py_viewed(struct py *py, uint64_t memoryview);

#endif
