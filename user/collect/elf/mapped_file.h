/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Opens the files that a target has mapped, for reading. Each function returns a descriptor or
 * -errno. The content is untrusted.
 */
#ifndef COLLECT_MAPPED_FILE_H
#define COLLECT_MAPPED_FILE_H

#include <stdint.h>

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Through /proc/PID/map_files, which also reaches deleted files but needs CAP_CHECKPOINT_RESTORE
 * (fs/proc/base.c); without it by path below the target's root. -ESTALE if another file has that
 * path by now.
 */
int mapped_file_open(const struct proc *proc, const struct vma *vma);

/* By path only; root is a descriptor of the target's root. */
int mapped_file_below(int root, const struct vma *vma);

/* A path below root, including absolute links; flags as in open(2). Never blocks. */
int mapped_file_open_below(int root, const char *path, uint64_t flags);

#endif
