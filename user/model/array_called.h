/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Whether a pattern matches an array by any of its listed names. */
#ifndef MODEL_ARRAY_CALLED_H
#define MODEL_ARRAY_CALLED_H

#include <stdbool.h>

#include "facts/array.h"

/*
 * The first of its name and its aliases that matches; NULL: none. matches is called for each, with
 * the pattern first.
 */
const char *array_called(const struct array_desc *array, const char *pattern,
			 bool (*matches)(const char *pattern, const char *name));

#endif
