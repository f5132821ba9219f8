/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Compilers' symbols, spelled as in the source. Symbols and results are untrusted. */
#ifndef ARRAYS_SYMBOL_NAME_H
#define ARRAYS_SYMBOL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define SYMBOL_NAME_MAX 1024u

/*
 * Fills name: C++ demangled (with the parameters of enclosing functions, like c++filt), gfortran's
 * "__mod_MOD_x" as "mod::x", and, if the file is known to contain Fortran, a common block's "blk_"
 * as "blk". Returns false and an empty name if the symbol is its own name: its language is unknown,
 * it is plain C, or demangling it would take long.
 */
bool symbol_name(const char *symbol, bool fortran, char name[SYMBOL_NAME_MAX]);

/*
 * Whether symbol may have the name wanted: a cheap test that avoids demangling the others. Never
 * false if its name, by symbol_name or debug information, is wanted.
 */
bool symbol_may_be(const char *symbol, const char *wanted);

/* The length of a symbol without a compiler's suffix: 3 for "buf.0", everything if it has none. */
size_t symbol_base_length(const char *symbol);

#endif
