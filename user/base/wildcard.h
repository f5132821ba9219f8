/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names with wildcards: '*' is any text, '?' any one byte, everything else is literal. */
#ifndef BASE_WILDCARD_H
#define BASE_WILDCARD_H

#include <stdbool.h>

/* Takes time proportional to at most the product of both lengths. */
bool wildcard_match(const char *pattern, const char *text);

#endif
