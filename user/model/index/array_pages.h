/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The pages that the elements of an array touch: its whole range if it is contiguous, few of many
 * for a strided view.
 */
#ifndef MODEL_ARRAY_PAGES_H
#define MODEL_ARRAY_PAGES_H

#include "facts/array.h"
#include "base/intervals.h"

/* Bytes of one element of an array with a shape and at least one element. */
uint64_t array_item_bytes(const struct array_desc *array);

/*
 * Adds these pages to ret (empty at first) as page-aligned ranges of bytes. -E2BIG: too many
 * separate ranges; -ENOMEM.
 */
int array_pages(const struct array_desc *array, uint64_t page_bytes, struct intervals *ret);

/* Pages all of whose bytes belong to elements, so that nothing else can be on them. As above. */
int array_own_pages(const struct array_desc *array, uint64_t page_bytes, uint64_t *ret);

#endif
