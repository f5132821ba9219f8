/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What debug information says of static objects: the procedure that owns one, its element type
 * and its dimensions. The file is untrusted: libdw reads it through a descriptor, and the time and
 * the memory that it may cost are bounded.
 */
#ifndef COLLECT_DWARF_OBJECTS_H
#define COLLECT_DWARF_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/array.h"

#define DWARF_DIMS_MAX 16u

struct dwarf_object {
	uint64_t address; /* before the load bias */
	uint64_t bytes;	  /* as its symbol says: a shape of another size is none of its */
	char *name;	  /* found: "module::procedure::x" for what a procedure owns, the plain name
			     of a Fortran common block; NULL for all else. Owned by the holder */
	struct array_shape *shape; /* found, or NULL; owned by the holder */
	bool is_variable;	   /* found, and no common block */
};

/*
 * Fills the objects, which are sorted by address, from the file's own debug information. Until
 * deadline_ns (CLOCK_THREAD_CPUTIME_ID): -ETIME past it, -EFBIG where there is too much of it to be read,
 * -ENOEXEC where there is none, -ENOMEM; 0 else. What was found before an error stays.
 */
int dwarf_objects_fill(int fd, uint64_t deadline_ns, struct dwarf_object *objects, size_t count);

#endif
