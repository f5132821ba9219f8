/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Memory with several holders: whoever lets go last frees it. It does not change any more once it
 * is shared. For one thread.
 */
#ifndef BASE_COUNTED_H
#define BASE_COUNTED_H

#include <stddef.h>

/* Zeroed, with one holder. deinit frees what it holds, not itself. NULL: no memory. */
void *counted__new(size_t bytes, void (*deinit)(void *memory));

/* One more holder of it; NULL stays NULL. Returns memory. */
const void *counted__hold(const void *memory);

/* One less. NULL is nobody's. */
void counted__drop(const void *memory);

#endif
