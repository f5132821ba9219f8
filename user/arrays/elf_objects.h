/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Static objects by their symbols: what a C, C++ or Fortran program has in .data and .bss. */
#ifndef ARRAYS_ELF_OBJECTS_H
#define ARRAYS_ELF_OBJECTS_H

#include "arrays/elf_images.h"
#include "collect/elf/elf_symtab.h"
#include "collect/proc/procfs.h"
#include "facts/array.h"
#include "facts/symbol.h"

struct elf_options {
	uint64_t page_bytes;
	uint64_t min_bytes;		   /* of unrequested objects; 1 or more */
	const struct symbol_list *symbols; /* requested, of any size; borrowed */
	uint64_t deadline_ns;		   /* CLOCK_THREAD_CPUTIME_ID */
};

/* Names are untrusted. */
struct elf_object {
	char *symbol; /* owned, as are the next two */
	char *name;   /* as in the source; NULL: as the symbol */
	struct array_shape *shape;
	const struct elf_image *image; /* borrowed */
	uint64_t start;		       /* its place in memory; not for ELF_TLS */
	uint64_t bytes;
	enum elf_symbol_kind kind;
	bool writable;
	bool may_be_asked_for;
	bool is_variable; /* according to debug information; else it may also be a Fortran common
			   * block */
	bool is_64;	  /* pointers of its file are 8 bytes, in our byte order */
};

struct elf_object_list {
	struct elf_object *objects;
	size_t count;
	size_t capacity;
	const char *cut; /* a literal, a sentence about what was left out; NULL: nothing */
};

/*
 * Appends the writable objects of at least min_bytes of an image, by address, and all its symbols
 * that may be requested ones. A file that cannot be read adds nothing; a stripped file adds what
 * its debug file has. 0, -ENOMEM or -ESRCH.
 */
int elf_objects_add(const struct proc *proc, const struct elf_image *image,
		    const struct elf_options *options, struct elf_object_list *ret);
void elf_object_list__deinit(struct elf_object_list *list);

#endif
