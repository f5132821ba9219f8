/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The names of the ways of a walk. */
#ifndef ARRAYS_PYTHON_NAME_H
#define ARRAYS_PYTHON_NAME_H

#include "arrays/python/ways.h"

/* "__main__.g.grid['w'][3]": malloc'd, or NULL if there is no memory. */
char *py_walk__name(struct py_walk *walk, size_t node);

#endif
