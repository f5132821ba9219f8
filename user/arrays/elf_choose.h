/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which objects become rows: large ones, and requested ones. */
#ifndef ARRAYS_ELF_CHOOSE_H
#define ARRAYS_ELF_CHOOSE_H

#include "arrays/elf_objects.h"
#include "arrays/elf_pointers.h"
#include "arrays/symbol_miss.h"

struct elf_choice {
	struct array_list arrays;
	struct elf_pointer *pointers;
	size_t pointer_count;
	size_t pointer_capacity;
	struct symbol_miss_list misses;
};

/*
 * Fills *ret (all zero at first) from the objects, and takes over their shapes. A name in more than
 * one file is prefixed with the file: "libgrid.so:grid". 0 or -ENOMEM.
 */
int elf_choose(struct elf_object_list *objects, const struct elf_options *options,
	       struct elf_choice *ret);
void elf_choice__deinit(struct elf_choice *choice);

#endif
