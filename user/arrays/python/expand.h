/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What an object holds, for all kinds of objects. */
#ifndef ARRAYS_PYTHON_EXPAND_H
#define ARRAYS_PYTHON_EXPAND_H

#include "arrays/python/ways.h"

/* Pushes everything that the object of a node holds. 0 or -errno. */
int py_expand(struct py_walk *walk, size_t node);

#endif
