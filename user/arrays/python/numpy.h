/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which numpy a Python has imported, and whether its arrays have the layout that we know. */
#ifndef ARRAYS_PYTHON_NUMPY_H
#define ARRAYS_PYTHON_NUMPY_H

#include "arrays/python/reader.h"

/*
 * Sets py->ndarray_type and *major (1 or 2). Without numpy, or while it is being imported: 0, and
 * ndarray_type stays 0. -ENOENT with a sentence in why (of size bytes): an unknown numpy.
 */
int py_find_numpy(struct py *py, const char *runtime, uint32_t *major, char *why, size_t size);

/*
 * False if most of these ndarrays have dtypes whose kind and item size contradict each other: then
 * their layout is not that of this major version.
 */
bool py_numpy_dtypes_fit(struct py *py, const uint64_t *arrays, size_t count, uint32_t major);

#endif
