/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The interpreters of a process besides the main one. */
#ifndef ARRAYS_PYTHON_INTERPRETERS_H
#define ARRAYS_PYTHON_INTERPRETERS_H

#include "arrays/python/reader.h"

/*
 * Calls visit for each except the main one, with py->interp and py->modules set to its own. Stops
 * at a nonzero return value and returns it; else 0. Afterwards both are the main one's again.
 */
int py_each_other_interpreter(struct py *py, int (*visit)(void *ctx, struct py *py), void *ctx);

/* How many have their own allocator (3.12 and later): a sweep does not find their objects. */
size_t py_interpreters_apart(struct py *py);

#endif
