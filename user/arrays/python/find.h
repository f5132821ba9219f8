/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * From a process to its main interpreter and sys.modules.
 */
#ifndef ARRAYS_PYTHON_FIND_H
#define ARRAYS_PYTHON_FIND_H

#include "arrays/python/reader.h"
#include "collect/proc/procfs.h"

/*
 * Fills layout, addresses and the binary's VMAs of py, whose memsrc and vmas are set. 0; -ENOENT
 * with a sentence in why (of size bytes) if this Python cannot be read; else -errno.
 */
int py_find(struct py *py, const struct proc *proc, const char *runtime, char *why, size_t size);

/* Records what a way through sys.modules rests on: that it is this dict, with this table. */
void py_follow_modules(struct py *py);

/* The module with that name in sys.modules: its dict, or -ENOENT. */
int py_module_dict(struct py *py, const char *name, uint64_t *ret);

#endif
