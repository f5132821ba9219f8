/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names with wildcards: '*' is any text, '?' any one byte, all else is literal. */
#ifndef BASE_WILDCARD_H
#define BASE_WILDCARD_H

#include <stdbool.h>

/* In time proportional to the product of both lengths at most. */
bool wildcard_match(const char *pattern, const char *text);

#endif
