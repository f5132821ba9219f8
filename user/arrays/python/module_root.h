/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Modules as roots of a walk. */
#ifndef ARRAYS_PYTHON_MODULE_ROOT_H
#define ARRAYS_PYTHON_MODULE_ROOT_H

#include "arrays/python/ways.h"

/*
 * As py_walk__push_root, for a module's dict, with the str that is its name: "a.b", or
 * "sys.modules['a-b']" if the name cannot be typed.
 */
int py_walk__push_module(struct py_walk *walk, uint64_t dict, uint64_t name);

#endif
