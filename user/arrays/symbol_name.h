/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Symbols of compilers, spelled as the source spells them. They are untrusted; the results, too.
 */
#ifndef ARRAYS_SYMBOL_NAME_H
#define ARRAYS_SYMBOL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define SYMBOL_NAME_MAX 1024u

/*
 * Fills name: C++ demangled (with the parameters of the functions in it, as c++filt), gfortran's
 * "__mod_MOD_x" as "mod::x", and, where the file is known to have Fortran in it, a common block's
 * "blk_" as "blk". False, and an empty name, where the symbol stands for itself: its language cannot
 * be told, it is plain C, or demangling it would take long.
 */
bool symbol_name(const char *symbol, bool fortran, char name[SYMBOL_NAME_MAX]);

/*
 * Whether symbol could be the one that a user calls wanted: a cheap test that spares all others
 * the demangling. Never false for one whose name, by symbol_name or debug information, is wanted.
 */
bool symbol_may_be(const char *symbol, const char *wanted);

/* The length of a symbol up to a compiler's suffix: 3 of "buf.0", all of one that has none. */
size_t symbol_base_length(const char *symbol);

#endif
