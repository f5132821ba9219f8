/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef COLLECT_CACHED_FILE_H
#define COLLECT_CACHED_FILE_H

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Opens the very file that is mapped, if it is a regular one: a device may do something when it is
 * opened. Its time of access stays, if it is ours. A descriptor or -errno.
 */
int cached_file_open(const struct proc *proc, const struct vma *vma);

#endif
