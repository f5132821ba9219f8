/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which interpreter a process runs and which numpy it has loaded, from what it
 * has mapped: never by running anything and never by reading its memory. It
 * opens a few of the target's files, so ask once an image, not once a scan.
 */
#ifndef COLLECT_RUNTIME_H
#define COLLECT_RUNTIME_H

#include <stddef.h>

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Writes "CPython 3.11.2, numpy 1.24.2", "CPython 3.11", "CPython 3.11.2, numpy"
 * (its version cannot be told), "PyPy 3.9", "GraalPy", or "" when it is no Python.
 * Returns 0 or -errno.
 */
int runtime_detect(const struct proc *proc, const struct vma_list *vmas, char *buffer, size_t size);

#endif
