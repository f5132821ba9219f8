/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The separate file with the symbols and debug information of a binary. */
#ifndef COLLECT_DEBUG_FILE_H
#define COLLECT_DEBUG_FILE_H

#include "collect/elf/elf_symtab.h"
#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * Opens the debug file of a mapped binary that identity describes, by its build id or its debug
 * link. Returns a descriptor, -ENOENT if there is no matching file, -ESRCH, or another -errno.
 *
 * It is searched first below the target's root, because a container has the debug files of what it
 * runs, then below ours, because a host may keep them for stripped images. Which one is found does
 * not matter: only a file with the same build id is accepted (for a binary without one: with the
 * checksum in the link).
 */
int debug_file_open(const struct proc *proc, const struct vma *vma,
		    const struct elf_identity *identity);

#endif
