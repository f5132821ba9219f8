/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which of its mappings are a process's own program. */
#ifndef COLLECT_PROGRAM_H
#define COLLECT_PROGRAM_H

#include <stddef.h>

#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * The path of the program as maps spells it: a newline is "\012" (show_map_vma()). Empty if it
 * cannot be read, cut to size - 1 bytes.
 */
void program_path(const struct proc *proc, char *buffer, size_t size);

/*
 * The first VMA of the program; if its path cannot be read, the lowest one of a file. NULL: none.
 * The program need not be mapped lowest: MAP_32BIT lies below a PIE.
 */
const struct vma *program_vma(const struct proc *proc, const struct vma_list *vmas);

#endif
