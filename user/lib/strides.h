/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From a caller's array to the range it spans, with every number checked. */
#ifndef LIB_STRIDES_H
#define LIB_STRIDES_H

#include "facts/array.h"
#include "lib/pagewatch.h"

#define STRIDES_DIMS_MAX 64u

/*
 * Sets start, end and shape of *ret. shape->dims has room for 2 * STRIDES_DIMS_MAX; *ret points to
 * *shape. An array without elements is an empty range. 0 or -EINVAL.
 */
int strides_describe(const struct pagewatch_array *array, struct array_desc *ret,
		     struct array_shape *shape);

#endif
