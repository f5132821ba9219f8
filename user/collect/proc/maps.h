/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The VMAs of a process. Kinds are told by the path, the type of the file
 * system (mountinfo) and the flags; see facts/vma.h.
 */
#ifndef COLLECT_MAPS_H
#define COLLECT_MAPS_H

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Replaces the content of *list (all zero at first) by the VMAs of now, in
 * address order and disjoint, [vsyscall] left out (it is no part of the address
 * space). 0, -ESRCH (ended, or without an address space), -EACCES, -EBADMSG or
 * another -errno; on failure *list is empty.
 */
int maps_read(const struct proc *proc, struct vma_list *list);
void vma_list__deinit(struct vma_list *list);

#endif
