/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What debug information says about static objects: the procedure that owns one, its element type
 * and its dimensions. The file is untrusted: libdw reads it through a descriptor, and its time and
 * memory are bounded.
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
	uint64_t bytes;	  /* size of its symbol: a shape of another size is not used */
	char *name;	  /* found: "module::procedure::x" for a procedure's variable, the plain
			   * name of a Fortran common block; else NULL. Owned by the holder */
	struct array_shape *shape; /* found, or NULL; owned by the holder */
	bool is_variable;	   /* found, and not a common block */
};

/*
 * Fills the objects, sorted by address, from the file's own debug information. deadline_ns is
 * CLOCK_THREAD_CPUTIME_ID. -ETIME after the deadline, -EFBIG if there is too much to read, -ENOEXEC
 * if there is none, -ENOMEM; else 0. What was found before an error stays.
 */
int dwarf_objects_fill(int fd, uint64_t deadline_ns, struct dwarf_object *objects, size_t count);

#endif
