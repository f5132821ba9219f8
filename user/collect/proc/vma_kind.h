/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What backs a VMA. The file systems that a target sees come from its
 * mountinfo; the kernel's own, mounted nowhere, are told by asking for a file
 * of theirs.
 */
#ifndef COLLECT_VMA_KIND_H
#define COLLECT_VMA_KIND_H

#include "collect/proc/procfs.h"
#include "facts/vma.h"

struct mount_types; /* device number -> shmem, hugetlb or other */

/* Reads mountinfo when it is first needed. NULL: no memory. */
struct mount_types *mount_types__new(const struct proc *proc);
void mount_types__free(struct mount_types *types);

/* vma has all but its kind. */
enum vma_kind vma_kind_of(const struct vma *vma, struct mount_types *types);

#endif
