/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reference-counted memory: the last holder to release it frees it. It must not change once it is
 * shared. Not thread-safe.
 */
#ifndef BASE_COUNTED_H
#define BASE_COUNTED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Zeroed memory with one holder. deinit frees what the memory holds, not the memory itself. NULL:
 * no memory.
 */
void *counted__new(size_t bytes, void (*deinit)(void *memory));

/* Adds a holder. Returns memory; NULL stays NULL. */
const void *counted__hold(const void *memory);

/* Removes a holder. NULL is allowed. */
void counted__drop(const void *memory);

/*
 * *held, a counted string or NULL, becomes text, but stays what it is if that is equal: then all who
 * hold it go on sharing it. 0, or -ENOMEM and *held stays.
 */
int counted__set_text(const char **held, const char *text);

/* What it takes, with its count; 0 for NULL. */
size_t counted__bytes(const void *memory);

/*
 * For a sum that counts memory with several holders once: charge returns true for the first of
 * them, discharge for the last. There is one such sum at a time. NULL is never charged.
 */
bool counted__charge(const void *memory);
bool counted__discharge(const void *memory);

#endif
