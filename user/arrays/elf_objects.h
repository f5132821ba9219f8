/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Static arrays by their symbols: what a C, C++ or Fortran program keeps in .data and .bss.
 */
#ifndef ARRAYS_ELF_OBJECTS_H
#define ARRAYS_ELF_OBJECTS_H

#include "collect/procfs.h"
#include "facts/array.h"
#include "facts/vma.h"

/*
 * Adds the writable objects of at least min_bytes (1 or more) of all mapped ELF files, by address
 * within a file. Files that cannot be read, or were stripped, add nothing. 0, -ENOMEM or -ESRCH.
 */
int elf_objects_find(const struct proc *proc, const struct vma_list *vmas, uint64_t page_bytes,
		     uint64_t min_bytes, struct array_list *ret);

#endif
