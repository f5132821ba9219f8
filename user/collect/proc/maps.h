/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The VMAs of a process. The kind follows from the path, the file system type (mountinfo) and the
 * flags; see facts/vma.h.
 */
#ifndef COLLECT_MAPS_H
#define COLLECT_MAPS_H

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Replaces the content of *list (all zero at first) by the present VMAs, in address order and
 * disjoint, without [vsyscall] (it is not in the address space). 0, -ESRCH (ended, or without an
 * address space), -EACCES, -EBADMSG or another -errno; on failure *list is empty.
 */
int maps_read(const struct proc *proc, struct vma_list *list);
void vma_list__deinit(struct vma_list *list);

#endif
