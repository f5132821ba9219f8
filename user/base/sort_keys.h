/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sorting many items by a number: digit by digit, without comparisons. */
#ifndef BASE_SORT_KEYS_H
#define BASE_SORT_KEYS_H

#include <stddef.h>

/*
 * Sorts by the uint64_t at the beginning of each item; equal ones keep their order. items may be
 * NULL if count is 0. 0 or -ENOMEM; then nothing has moved.
 */
int sort_by_key(void *items, size_t count, size_t item_bytes);

#endif
