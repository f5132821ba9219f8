/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Whether a layout is the target's: what every CPython keeps true is tried on its memory before
 * anything else is read with that layout.
 */
#ifndef ARRAYS_PYTHON_CHECK_H
#define ARRAYS_PYTHON_CHECK_H

#include "arrays/python/reader.h"
#include "collect/proc/procfs.h"

/*
 * Finds the main interpreter and sys.modules of py, whose runtime and layout are set; where the
 * list of threads or sys.modules does not stand where the layout has it, both are looked for in
 * the interpreter, and the layout is set right. 0; -EINVAL with a literal in *why; else -errno
 * of a read, -EFAULT among them: a page that tells was not present.
 */
int py_check(struct py *py, const struct proc *proc, const char **why);

/* False only when a type is read to have another tp_name: names may lie in pages not present. */
bool py_type_called(struct py *py, uint64_t type, const char *name);

#endif
