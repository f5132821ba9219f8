/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which objects become rows: ndarrays, and other objects that own memory. */
#ifndef ARRAYS_PYTHON_MEMORY_H
#define ARRAYS_PYTHON_MEMORY_H

#include "arrays/python/reader.h"

/* Whether objects of this kind are swept for and become rows. */
bool py_is_swept(enum py_kind kind);

/*
 * bytes and str, which are outside the pools if they are large, and bytearray, whose heads are
 * among those of all dicts and tuples: they become rows if the walk, or a view of them, leads to
 * them.
 */
bool py_is_walked(enum py_kind kind);

/*
 * Whether a live object that owns memory, of a known type, begins `before` bytes after the start of
 * a block of the allocator.
 */
bool py_begins_at(struct py *py, const struct py_type *type, uint64_t object, uint64_t before);

/* The object whose buffer a memoryview shows, or 0. */
uint64_t py_viewed(struct py *py, uint64_t memoryview);

#endif
