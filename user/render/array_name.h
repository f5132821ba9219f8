/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An array's name, escaped for display. */
#ifndef RENDER_ARRAY_NAME_H
#define RENDER_ARRAY_NAME_H

#include "base/format.h"
#include "facts/array.h"

/* Python literals in a name have their own backslashes: doubling them would make other keys. */
static inline char *array_name_safe(const struct array_desc *array, const char *name, char *buffer,
				    size_t size)
{
	return array->source == ARRAY_PYTHON ? format_line(name, buffer, size)
					     : format_name(name, buffer, size);
}

#endif
