/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What global pointers point to: malloc blocks, or blocks of a given length. */
#ifndef ARRAYS_ELF_POINTERS_H
#define ARRAYS_ELF_POINTERS_H

#include "arrays/elf_images.h"
#include "collect/proc/procfs.h"
#include "facts/array.h"
#include "facts/symbol.h"

struct elf_pointer {
	size_t spec;	  /* index into the requested symbols */
	char *name;	  /* of the block; owned */
	char *plain;	  /* the same without what tells it from others; owned */
	uint64_t address; /* of the pointer itself, 8 bytes */
};

/*
 * Whether the process uses glibc's malloc: problem is "" if it does, else half a sentence that says
 * what is known. 0, -ENOMEM or -ESRCH.
 */
int malloc_problem(const struct proc *proc, const struct elf_image_list *images, char *problem,
		   size_t size);

/*
 * Appends the block of each pointer to ret, or to misses why there is none; problem as above.
 * Faults in no page. 0, -ENOMEM or -ESRCH.
 */
int elf_pointers_follow(const struct proc *proc, const struct vma_list *vmas, uint64_t page_bytes,
			const struct symbol_list *symbols, const struct elf_pointer *pointers,
			size_t count, const char *problem, struct array_list *ret,
			struct symbol_miss_list *misses);

#endif
