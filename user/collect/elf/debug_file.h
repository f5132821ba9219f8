/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The separate file of symbols and debug information that was split off a binary.
 */
#ifndef COLLECT_DEBUG_FILE_H
#define COLLECT_DEBUG_FILE_H

#include "collect/elf/elf_symtab.h"
#include "collect/proc/procfs.h"
#include "facts/vma.h"

/*
 * A descriptor of the debug file of a mapped binary, which identity describes: by its build id, or
 * by its debug link; -ENOENT: there is none that belongs to it, -ESRCH, or another -errno.
 *
 * Looked for below the target's root first, for a container brings the debug files of what it
 * runs; then below ours, where a host may keep them for stripped images. Which of them answers
 * does not matter: only a file with the same build id (for a binary that has none: with the
 * checksum of the link) is taken.
 */
int debug_file_open(const struct proc *proc, const struct vma *vma,
		    const struct elf_identity *identity);

#endif
