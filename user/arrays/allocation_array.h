/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An allocation as an array: its name and its origin. */
#ifndef ARRAYS_ALLOCATION_ARRAY_H
#define ARRAYS_ALLOCATION_ARRAY_H

#include "arrays/allocations.h"
#include "facts/array.h"

/* "calloc(800000000)#3", with "+0x1000" if the part begins later. 0 or -ENOMEM. */
int allocation_array_add(const struct allocation *allocation, enum array_source source,
			 struct array_list *list);

#endif
