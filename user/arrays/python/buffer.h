/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Objects that own plain memory and are not ndarrays: bytearray, array.array, mmap.mmap, and large
 * bytes and str.
 */
#ifndef ARRAYS_PYTHON_BUFFER_H
#define ARRAYS_PYTHON_BUFFER_H

#include "arrays/python/reader.h"
#include "facts/array.h"

/* Bytes that it holds, from cached fields; 0: none, or unknown. */
uint64_t buffer_span(struct py *py, uint64_t object, enum py_kind kind);

/*
 * Reads it twice. -EAGAIN: two reads never agreed; -EINVAL: it holds nothing. Fills start, end,
 * object and shape of *ret, as a row of items.
 */
int buffer_read(struct py *py, uint64_t object, enum py_kind kind, struct array_desc *ret);

#endif
