/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Growing a plain array: the one place that doubles and checks for overflow.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Makes room for wanted elements of element_bytes each in *data (NULL at
 * first, free() it at the end). Returns 0 or -ENOMEM with *data unharmed.
 */
int array_reserve(void **data, size_t *capacity, size_t wanted, size_t element_bytes);

#endif
