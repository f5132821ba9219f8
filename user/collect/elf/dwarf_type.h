/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The type of a variable in debug information, as a shape. Only dwarf_objects.c includes it.
 */
#ifndef COLLECT_DWARF_TYPE_H
#define COLLECT_DWARF_TYPE_H

#include <elfutils/libdw.h>

#include "facts/array.h"

/*
 * The shape of a variable of `bytes` bytes: dimensions in the order of the source, strides as the
 * language lays them out (in Fortran the first index runs fastest). data is left 0. language is a
 * DW_LANG_*. -ENODATA: the type has no shape or another size; -ENOMEM.
 */
int dwarf_shape_of(Dwarf_Die *variable, int language, uint64_t bytes, struct array_shape **ret);

/* Whether the language is Fortran. */
bool dwarf_is_fortran(int language);

#endif
