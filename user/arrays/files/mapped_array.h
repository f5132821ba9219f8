/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An array of a file, where it is mapped. */
#ifndef ARRAYS_MAPPED_ARRAY_H
#define ARRAYS_MAPPED_ARRAY_H

#include "facts/array.h"
#include "facts/file_layout.h"
#include "facts/vma.h"

/*
 * Appends the part of it that lies in [first->start, end), where the file is mapped from
 * first->offset on; nothing if none does. One that is not mapped whole has no shape. 0 or -ENOMEM.
 */
int mapped_array_add(const struct file_array *array, const struct vma *first, uint64_t end,
		     struct array_list *ret);

#endif
