/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What backs a VMA. The file systems that a target sees are in its mountinfo. The kernel's own are
 * mounted nowhere: we learn their devices by creating a file on them. A file of any other one is
 * asked, which needs CAP_CHECKPOINT_RESTORE.
 */
#ifndef COLLECT_VMA_KIND_H
#define COLLECT_VMA_KIND_H

#include "collect/proc/procfs.h"
#include "facts/vma.h"

struct mount_types; /* device number -> shmem, hugetlb or other */

/* Reads mountinfo on first use. NULL: no memory. */
struct mount_types *mount_types__new(const struct proc *proc);
void mount_types__free(struct mount_types *types);

/* vma has everything but its kind. */
enum vma_kind vma_kind_of(const struct vma *vma, struct mount_types *types);

#endif
