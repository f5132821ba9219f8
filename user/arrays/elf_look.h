/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The static arrays of a process, the targets of its global pointers, and why a requested symbol
 * has no row. Files are read again only if the mapped files change, pointers each time.
 */
#ifndef ARRAYS_ELF_LOOK_H
#define ARRAYS_ELF_LOOK_H

#include "arrays/elf_objects.h"
#include "arrays/symbol_miss.h"

struct elf_look; /* of one process */

struct elf_look *elf_look__new(void);
void elf_look__free(struct elf_look *look);

/*
 * Appends copies of all arrays, and of the misses. *cut is a literal, a sentence about what was
 * left out, or NULL. vmas are the present ones. 0, -ENOMEM or -ESRCH.
 */
int elf_look__arrays(struct elf_look *look, const struct proc *proc, const struct vma_list *vmas,
		     const struct elf_options *options, struct array_list *ret,
		     struct symbol_miss_list *misses, const char **cut);

#endif
