/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which numpy a Python has imported, and whether its arrays are laid out as we know them. */
#ifndef ARRAYS_PYTHON_NUMPY_H
#define ARRAYS_PYTHON_NUMPY_H

#include "arrays/python/reader.h"

/*
 * Sets py->ndarray_type and *major (1 or 2). No numpy, or one that is still being imported: 0
 * and ndarray_type stays 0. -ENOENT with a sentence in why (of size bytes): not one we know.
 */
int py_find_numpy(struct py *py, const char *runtime, uint32_t *major, char *why, size_t size);

/*
 * False when most of these ndarrays have dtypes whose kind and item size contradict each other:
 * then they are not laid out as in that major version.
 */
bool py_numpy_dtypes_fit(struct py *py, const uint64_t *arrays, size_t count, uint32_t major);

#endif
