/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What tells a name from the others: where it differs from its neighbours in order. */
#ifndef BASE_NAMES_APART_H
#define BASE_NAMES_APART_H

#include <stddef.h>

/*
 * differs[i] is the longest beginning in bytes that names[i] shares with a name that is not the
 * same: the byte there is what tells it from all others. 0 or -ENOMEM.
 */
int names_apart(const char *const *names, size_t count, size_t *differs);

#endif
