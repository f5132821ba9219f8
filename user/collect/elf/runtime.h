/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which interpreter and which numpy a process has, from what it has mapped. Runs nothing and reads
 * none of its memory. It opens some of the target's files, so ask once per image, not once per
 * scan.
 */
#ifndef COLLECT_RUNTIME_H
#define COLLECT_RUNTIME_H

#include <stddef.h>

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Writes "CPython 3.11.2, numpy 1.24.2", "CPython 3.11", "CPython 3.11.2, numpy" (unknown numpy
 * version), "PyPy 3.9", "GraalPy", or "" if it is no Python. Returns 0 or -errno.
 */
int runtime_detect(const struct proc *proc, const struct vma_list *vmas, char *buffer, size_t size);

#endif
