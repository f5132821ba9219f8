/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The pages that the elements of an array touch: all of its range for a contiguous one, a few
 * of many for a strided view.
 */
#ifndef MODEL_ARRAY_PAGES_H
#define MODEL_ARRAY_PAGES_H

#include "facts/array.h"
#include "model/range_set.h"

/*
 * Adds these pages to ret (empty at first) as page-aligned ranges of bytes. item_bytes is one
 * element's. -E2BIG: they lie in too many places to be listed; -ENOMEM.
 */
int array_pages(const struct array_desc *array, uint64_t page_bytes, struct range_set *ret);

#endif
