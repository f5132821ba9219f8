/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The files that a target has mapped, opened for reading; each gives a descriptor or -errno.
 * What they hold is untrusted.
 */
#ifndef COLLECT_MAPPED_FILE_H
#define COLLECT_MAPPED_FILE_H

#include <stdint.h>

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * By /proc/PID/map_files, which leads to deleted files too but needs CAP_CHECKPOINT_RESTORE
 * (fs/proc/base.c); without it by its path below the target's root: -ESTALE when another file
 * has that name by now.
 */
int mapped_file_open(const struct proc *proc, const struct vma *vma);

/* The latter alone; root is a descriptor of the target's root. */
int mapped_file_below(int root, const struct vma *vma);

/* A path below root, absolute links included; flags as of open(2). Never blocks. */
int mapped_file_open_below(int root, const char *path, uint64_t flags);

#endif
