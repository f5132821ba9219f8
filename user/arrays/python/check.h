/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Whether a layout fits the target: checks invariants of every CPython on its memory before
 * anything else is read with that layout.
 */
#ifndef ARRAYS_PYTHON_CHECK_H
#define ARRAYS_PYTHON_CHECK_H

#include "arrays/python/reader.h"
#include "collect/proc/procfs.h"

/*
 * Finds the main interpreter and sys.modules of py, whose runtime and layout are set. If the list
 * of threads or sys.modules is not where the layout says, searches the interpreter for it and
 * corrects the layout. 0; -EINVAL with a literal in *why; else -errno of a read, including -EFAULT:
 * a needed page was absent.
 */
int py_check(struct py *py, const struct proc *proc, const char **why);

/* False only if a type was read and has another tp_name: names may be in absent pages. */
bool py_type_called(struct py *py, uint64_t type, const char *name);

#endif
