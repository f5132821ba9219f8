/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The name first. */
#include "model/array_called.h"

const char *array_called(const struct array_desc *array, const char *pattern,
			 bool (*matches)(const char *pattern, const char *name))
{
	size_t i;

	if (matches(pattern, array->name))
		return array->name;
	for (i = 0; i < array->alias_count; i++) {
		if (matches(pattern, array->aliases[i]))
			return array->aliases[i];
	}
	return NULL;
}
